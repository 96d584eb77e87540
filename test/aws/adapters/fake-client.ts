type Command = { readonly constructor: { readonly name: string }; readonly input: object };
type Reply = (input: never) => unknown;

/** An error as a service answers it. */
export const serviceError = (name: string, message = name): Error => Object.assign(new Error(message), { name });

/**
 * A client of which `send` is answered by command, by functions that keep state between calls. What it was asked is kept too.
 * A command that the fake does not know is an error.
 */
export function fakeClient<Client>(replies: Readonly<Record<string, Reply>>): Client & { readonly asked: string[] } {
  const asked: string[] = [];
  const client = {
    asked,
    config: {},
    send: async (command: Command): Promise<unknown> => {
      const name = command.constructor.name.replace(/Command$/, '');
      asked.push(name);
      const reply = replies[name];
      if (reply === undefined) throw serviceError('UnknownOperationException', name);
      return reply(command.input as never);
    },
  };
  return client as never;
}
