import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { inventoryQueries } from '../../../src/azure/graph-queries.ts';

/** The columns of Resource Graph's tables: https://learn.microsoft.com/azure/governance/resource-graph/concepts/query-language */
const columns: readonly (readonly [string, 'string' | 'dynamic'])[] = [
  ['id', 'string'],
  ['name', 'string'],
  ['type', 'string'],
  ['tenantId', 'string'],
  ['kind', 'string'],
  ['location', 'string'],
  ['resourceGroup', 'string'],
  ['subscriptionId', 'string'],
  ['managedBy', 'string'],
  ['sku', 'dynamic'],
  ['plan', 'dynamic'],
  ['properties', 'dynamic'],
  ['tags', 'dynamic'],
  ['identity', 'dynamic'],
  ['zones', 'dynamic'],
];

describe('Resource Graph queries', () => {
  let check: (query: string) => string[];

  before(function () {
    this.timeout(30_000);
    const require = createRequire(import.meta.url);
    // Both put themselves onto the global object; the second needs the first.
    require('@kusto/language-service-next/bridge.min.js');
    require('@kusto/language-service-next/Kusto.Language.Bridge.min.js');
    // biome-ignore lint/suspicious/noExplicitAny: compiled from C#; its constructors have numbers.
    const kusto = (globalThis as any).Kusto.Language;
    const { ScalarTypes, ColumnSymbol, TableSymbol, DatabaseSymbol } = kusto.Symbols;
    const types = { string: ScalarTypes.String, dynamic: ScalarTypes.Dynamic };
    const own = columns.map(([name, type]) => new ColumnSymbol(name, types[type], null, null, null, null));
    const names = ['resources', 'computeresources', 'networkresources', 'securityresources'];
    const tables = names.map(name => new TableSymbol.$ctor4(name, own));
    const globals = kusto.GlobalState.Default.WithDatabase(new DatabaseSymbol.ctor('graph', tables));
    check = query => {
      const code = kusto.KustoCode.ParseAndAnalyze(query, globals);
      const found = code.GetDiagnostics();
      return Array.from({ length: found.Count }, (_, index) => found.getItem(index).Message as string);
    };
  });

  for (const query of inventoryQueries) {
    it(`reads ${query.title} with a query that Kusto accepts`, () => {
      assert.deepEqual(check(query.text), []);
      assert.match(query.text, /\| order by id asc$/, 'pages need an order over something unique');
      assert.doesNotMatch(query.text, /\b(limit|take|top)\b/, 'a limit switches paging off');
    });
  }

  it('would notice a wrong column and a wrong operator', () => {
    assert.notDeepEqual(check('resources | project nothing'), []);
    assert.notDeepEqual(check('resources | were id == 1'), []);
  });
});
