import assert from 'node:assert/strict';
import { describeVerdicts, portNames, shortened } from '../../../src/editor/verdict-text.ts';
import type { PortVerdict } from '../../../src/network/model.ts';

function verdict(port: number, rest: Partial<PortVerdict> = {}): PortVerdict {
  const reach = rest.reach ?? 'none';
  return {
    port,
    protocol: 'Tcp',
    reach,
    atLeast: reach,
    certainty: 'definite',
    dependsOn: [],
    sources: [],
    decidedBy: [],
    proof: [],
    ...rest,
  };
}

describe('verdicts in words', () => {
  const cases: readonly (readonly [sentence: string, verdicts: readonly PortVerdict[]])[] = [
    ['Management ports closed to the internet', [verdict(22), verdict(3389)]],
    [
      'Internet → SSH 22, RDP 3389 · allow-mgmt',
      [22, 3389].map(port => verdict(port, { reach: 'internet', sources: ['*'], decidedBy: ['allow-mgmt'] })),
    ],
    [
      'Internet → WinRM 5985 and 5986 · a, b and 1 more',
      [5985, 5986].map(port => verdict(port, { reach: 'internet', sources: ['*'], decidedBy: ['a', 'b', 'c'] })),
    ],
    [
      'Internet → RDP 3389 · all  |  203.0.113.0/24 → SSH 22 · office',
      [
        verdict(22, { reach: 'restricted', sources: ['203.0.113.0/24'], decidedBy: ['office'] }),
        verdict(3389, { reach: 'internet', sources: ['*'], decidedBy: ['all'] }),
      ],
    ],
    [
      'Depends on parameter source → SSH 22 · ssh',
      [
        verdict(22, {
          reach: 'internet',
          atLeast: 'none',
          certainty: 'conditional',
          dependsOn: ['parameter source'],
          decidedBy: ['ssh'],
        }),
      ],
    ],
    [
      'Internet, depends on parameter source → SSH 22 · ssh',
      [
        verdict(22, {
          reach: 'internet',
          atLeast: 'restricted',
          certainty: 'conditional',
          dependsOn: ['parameter source'],
          decidedBy: ['ssh'],
        }),
      ],
    ],
  ];
  for (const [sentence, verdicts] of cases) {
    it(sentence, () => assert.equal(describeVerdicts(verdicts), sentence));
  }

  it('names a service once, and ports without one as TCP', () => {
    assert.equal(portNames([22, 2222, 5985, 5986]), 'SSH 22, TCP 2222, WinRM 5985 and 5986');
  });

  it('shortens long names and long lists', () => {
    assert.equal(shortened(['a', 'b', 'c', 'd'], 2), 'a, b and 2 more');
    assert.ok(shortened(['x'.repeat(500)], 2).length <= 60);
  });
});
