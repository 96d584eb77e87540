import { GoogleAuth } from 'google-auth-library';
import type { HttpSend } from './google-api';

const SCOPE = 'https://www.googleapis.com/auth/cloud-platform';

/** Sends requests as the service account that the code runs as. */
export function authorisedSend(auth: Pick<GoogleAuth, 'getAccessToken'> = new GoogleAuth({ scopes: SCOPE })): HttpSend {
  return async ({ method, url, headers, body }) => {
    const token = await auth.getAccessToken();
    const reply = await fetch(url, {
      method,
      headers: { ...headers, authorization: `Bearer ${token}` },
      ...(body && { body: new Uint8Array(body) }),
    });
    return { status: reply.status, body: new Uint8Array(await reply.arrayBuffer()) };
  };
}
