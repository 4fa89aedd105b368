import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { analyseUnit } from '../../../../src/findings/analysis.ts';
import { TemplateLanguages } from '../../../../src/templates/languages.ts';
import { loadAsset } from '../../../assets.ts';
import { damageIn } from './damage.ts';
import { rule } from './judging.ts';

const corpus = resolve(import.meta.dirname, '../../../../../shared/corpus');
const path = 'azuredeploy.json';

const group = (name: string, port: string) => ({
  type: 'Microsoft.Network/networkSecurityGroups',
  apiVersion: '2024-05-01',
  name,
  properties: { securityRules: [rule({ destinationPortRange: port }, 'open')] },
});

const template = JSON.stringify(
  {
    $schema: 'https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#',
    contentVersion: '1.0.0.0',
    parameters: { size: { type: 'string', defaultValue: 's', metadata: { description: 'of the machine' } } },
    variables: { one: { two: ['three', 'four'] }, five: '[resourceGroup().location]' },
    resources: [group('first', '22'), group('second', '3389'), group('third', '5985')],
    outputs: { last: { type: 'string', value: 'x' } },
  },
  null,
  2,
);

describe('ARM templates, broken', () => {
  const languages = new TemplateLanguages(loadAsset);

  /** The open ports of each group by its name, and the processor time that it took to tell. */
  async function judge(text: string) {
    const { language } = (await languages.recognise(path, template)) ?? assert.fail();
    const files = { read: (file: string) => (file === path ? { text } : missing), list: () => [] };
    const started = process.cpuUsage();
    const { groups } = analyseUnit({ unit: path, format: 'arm-template', language }, files, [22, 3389, 5985, 5986]);
    const ports = groups.map(({ group: one, verdicts }) => {
      const open = verdicts.map(verdict => `${verdict.port}=${verdict.reach}/${verdict.atLeast}`);
      return [one.name.known ? one.name.value : one.declaration.address, open.join(' ')] as const;
    });
    // By the place of the declaration, where each instance of a loop adds its own.
    const places = new Map<number, string>();
    for (const [index, { group: one }] of groups.entries()) {
      const { place } = one.declaration;
      const start = place.kind === 'text' ? place.range.start : -1;
      places.set(start, `${places.get(start) ?? ''}${ports[index]![1]}\n`);
    }
    return { ports: new Map(ports), places, time: process.cpuUsage(started).user };
  }

  it('keep the verdicts of groups away from every single deleted character', async () => {
    const whole = await judge(template);
    assert.equal(whole.ports.size, 3);
    for (let at = 0; at < template.length; at += process.env.PORTCULLIS_FULL ? 1 : 5) {
      const { ports } = await judge(template.slice(0, at) + template.slice(at + 1));
      for (const [name, verdicts] of whole.ports) {
        const start = template.lastIndexOf('\n    {', template.indexOf(`"${name}"`));
        const end = template.indexOf('\n    }', start) + 8;
        if (at >= start - 2 && at <= end) continue;
        const around = JSON.stringify(template.slice(Math.max(0, at - 15), at + 15));
        assert.equal(ports.get(name), verdicts, `${name} without character ${at}: ${around}`);
      }
    }
  });

  it('keep every verdict away from the damage when real files lose a character, and are read in time', async function () {
    if (!existsSync(corpus)) return this.skip();
    this.timeout(600_000);
    const full = process.env.PORTCULLIS_FULL !== undefined;
    const texts = new Map<string, string>();
    for (const file of readdirSync(corpus, { recursive: true, encoding: 'utf8' }).sort()) {
      if (!/\.json$/.test(file) || texts.size >= (full ? 200 : 15)) continue;
      const text = readFileSync(join(corpus, file), 'utf8');
      if (/networkSecurityGroups/i.test(text) && /deploymentTemplate/i.test(text)) texts.set(file, text);
    }
    let seed = 7;
    const random = () => {
      seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
      return seed / 2 ** 32;
    };
    const turns = full ? 50 : 10;
    const time = { whole: 0, broken: 0, most: 0 };
    let compared = 0;
    for (const [file, text] of texts) {
      const whole = await judge(text);
      const isIn = damageIn(text);
      time.whole += whole.time;
      for (let turn = 0; turn < turns; turn++) {
        const at = Math.floor(random() * text.length);
        const broken = await judge(text.slice(0, at) + text.slice(at + 1));
        time.broken += broken.time / turns;
        time.most = Math.max(time.most, broken.time / 1000);
        for (const [place, verdicts] of whole.places) {
          if (isIn(place, at)) continue;
          compared++;
          const around = JSON.stringify(text.slice(Math.max(0, at - 20), at + 20));
          const left = broken.places.get(place > at ? place - 1 : place);
          assert.equal(left, verdicts, `${file} without character ${at}: ${around}`);
        }
      }
    }
    assert.ok(compared > texts.size * turns * 0.5, `only ${compared} verdicts compared`);
    assert.ok(time.broken < 6 * time.whole, `${time.broken / time.whole} times the time of the whole texts`);
    if (full) console.log(`      at most ${time.most.toFixed(1)} ms of processor time for an answer`);
  });
});

const missing = { reason: 'missing', message: 'there is no such file' } as const;
