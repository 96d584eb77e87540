import { dirname, join } from 'node:path';
import * as ts from 'typescript';

const root = join(__dirname, '..', '..', '..');
const folder = join(root, 'src', 'runtime');
const entrypoint = (role: string): string => join(folder, 'entrypoints', 'aws', `${role}.lambda.ts`);
const ROLES = ['pipeline', 'release', 'monitor', 'retraining'] as const;
export type HandlerRole = (typeof ROLES)[number];

/** Wires everything for everybody: what a role may reach goes by its use cases instead. */
const WIRING = new Set(['awsPorts', 'handleTask', 'fromEnvironment']);

const settings = ts.parseJsonConfigFileContent(
  ts.readConfigFile(join(root, 'tsconfig.json'), ts.sys.readFile).config,
  ts.sys,
  root,
);
const program = ts.createProgram(ROLES.map(entrypoint), { ...settings.options, noEmit: true });
const checker = program.getTypeChecker();
const files = program.getSourceFiles().filter(({ fileName }) => fileName.startsWith(`${folder}/`));

/** What stands behind a member of an interface: methods of classes that implement it, values in objects of its type. */
const behind = new Map<ts.Node, ts.Node[]>();
const note = (member: ts.Symbol | undefined, implementation: ts.Node): void => {
  for (const declaration of member?.declarations ?? []) {
    behind.set(declaration, [...(behind.get(declaration) ?? []), implementation]);
  }
};

function noteImplementations(node: ts.Node): void {
  if (ts.isClassDeclaration(node)) {
    const members = checker.getSymbolAtLocation(node.name!)?.members;
    const bases = (node.heritageClauses ?? []).flatMap(({ types }) => types);
    for (const property of bases.flatMap((base) => checker.getTypeAtLocation(base).getProperties())) {
      const own = members?.get(property.escapedName);
      for (const declaration of own?.declarations ?? []) note(property, declaration);
    }
  }
  if (ts.isObjectLiteralExpression(node)) {
    const type = checker.getContextualType(node);
    for (const property of node.properties) {
      if (property.name !== undefined) note(type?.getProperty(property.name.getText()), property);
    }
  }
  ts.forEachChild(node, noteImplementations);
}
// Adapters of other targets implement the same ports.
for (const file of files) noteImplementations(file);

const isOurs = (node: ts.Node): boolean => node.getSourceFile().fileName.startsWith(`${folder}/`);

/** What is executed of a declaration that is used; null where that is nothing by itself. */
function executed(declaration: ts.Node): ts.Node | null {
  if (ts.isFunctionLike(declaration)) return declaration;
  if (ts.isShorthandPropertyAssignment(declaration)) {
    const value = checker.getShorthandAssignmentValueSymbol(declaration)?.valueDeclaration;
    return value === undefined ? null : executed(value);
  }
  if (
    ts.isVariableDeclaration(declaration) ||
    ts.isPropertyAssignment(declaration) ||
    ts.isPropertyDeclaration(declaration)
  ) {
    const { initializer } = declaration;
    // What is made where everything is wired counts once one of its methods is called.
    return initializer === undefined || ts.isNewExpression(initializer) ? null : initializer;
  }
  return null;
}

/** Names of the SDK's calls, `sagemaker.CreateEndpoint`, that the handler of a role can come to. */
export function commandsOf(role: HandlerRole): Set<string> {
  const commands = new Set<string>();
  const seen = new Set<ts.Node>();
  const enter = (node: ts.Node | null): void => {
    if (node === null || seen.has(node)) return;
    seen.add(node);
    visit(node);
  };
  const use = (declaration: ts.Node): void => {
    if (!isOurs(declaration)) return;
    for (const implementation of behind.get(declaration) ?? []) {
      enter(executed(implementation));
      for (const further of behind.get(implementation) ?? []) enter(executed(further));
    }
    if (ts.isBindingElement(declaration)) {
      // A function that was taken out of an object is what stands there.
      const name = (declaration.propertyName ?? declaration.name).getText();
      const property = checker.getTypeAtLocation(declaration.parent).getProperty(name);
      const isCalled = property !== undefined && checker.getTypeOfSymbol(property).getCallSignatures().length > 0;
      for (const one of isCalled ? (property.declarations ?? []) : []) use(one);
    }
    if (ts.isClassDeclaration(declaration)) {
      for (const member of declaration.members) {
        if (ts.isConstructorDeclaration(member) || ts.isPropertyDeclaration(member)) enter(member);
      }
      return;
    }
    const name = (declaration as { name?: ts.Node }).name?.getText() ?? '';
    if (!WIRING.has(name)) enter(executed(declaration));
  };
  const visit = (node: ts.Node): void => {
    if (ts.isTypeNode(node)) return;
    if (ts.isIdentifier(node)) {
      const found = checker.getSymbolAtLocation(node);
      const symbol = found && found.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(found) : found;
      for (const declaration of symbol?.declarations ?? []) {
        const client = /@aws-sdk\/client-([\w-]+)\//.exec(declaration.getSourceFile().fileName)?.[1];
        const call = /^(\w+)Command$/.exec(node.text)?.[1] ?? /^paginate(\w+)$/.exec(node.text)?.[1];
        if (client !== undefined && call !== undefined) commands.add(`${client}.${call}`);
        use(declaration);
      }
    }
    ts.forEachChild(node, visit);
  };
  const file = program.getSourceFile(entrypoint(role))!;
  for (const useCase of useCasesOf(file)) use(functionOf(useCase));
  for (const statement of file.statements) if (!ts.isImportDeclaration(statement)) visit(statement);
  return commands;
}

/** Use cases that an entrypoint takes: what is written in its calls of `handleTask`. */
function useCasesOf(file: ts.SourceFile): string[] {
  const found: string[] = [];
  const look = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && node.expression.getText() === 'handleTask') {
      const [own] = node.arguments;
      if (own && ts.isArrayLiteralExpression(own))
        found.push(...own.elements.map((one) => (one as ts.StringLiteral).text));
    }
    ts.forEachChild(node, look);
  };
  look(file);
  return found;
}

/** The function of a use case. */
function functionOf(useCase: string): ts.Node {
  for (const file of files) {
    if (dirname(file.fileName) !== join(folder, 'usecases')) continue;
    for (const statement of file.statements) {
      const declared = ts.isVariableStatement(statement) ? statement.declarationList.declarations : [statement];
      for (const one of declared) {
        const isIt = (one as { name?: ts.Node }).name?.getText() === useCase;
        if (isIt && (ts.isVariableDeclaration(one) || ts.isFunctionDeclaration(one))) return one;
      }
    }
  }
  throw new RangeError(`no function of the use case ${useCase}`);
}
