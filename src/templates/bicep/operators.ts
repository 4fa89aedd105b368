import type { BinaryOperator } from './syntax.ts';
import { Token } from './token.ts';

/** Precedence by token; https://learn.microsoft.com/azure/azure-resource-manager/bicep/operators */
export const precedences = new Uint8Array(64);
export const operators: (BinaryOperator | undefined)[] = [];

function defineOperators(precedence: number, tokens: readonly (readonly [number, BinaryOperator])[]): void {
  for (const [token, operator] of tokens) {
    precedences[token] = precedence;
    operators[token] = operator;
  }
}

defineOperators(100, [
  [Token.Asterisk, '*'],
  [Token.Slash, '/'],
  [Token.Percent, '%'],
]);
defineOperators(90, [
  [Token.Plus, '+'],
  [Token.Minus, '-'],
]);
defineOperators(80, [
  [Token.Less, '<'],
  [Token.LessOrEqual, '<='],
  [Token.Greater, '>'],
  [Token.GreaterOrEqual, '>='],
]);
defineOperators(70, [
  [Token.Equal, '=='],
  [Token.NotEqual, '!='],
  [Token.EqualIgnoringCase, '=~'],
  [Token.NotEqualIgnoringCase, '!~'],
]);
defineOperators(50, [[Token.And, '&&']]);
defineOperators(40, [[Token.Or, '||']]);
defineOperators(30, [[Token.DoubleQuestion, '??']]);

/** Operators with which a line may begin: nothing else begins with them. */
export function continuesLine(kind: number): boolean {
  return precedences[kind] !== 0 && kind !== Token.Minus && kind !== Token.Asterisk && kind !== Token.Less;
}
