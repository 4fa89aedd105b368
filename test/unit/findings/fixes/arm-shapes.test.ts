import assert from 'node:assert/strict';
import { JsonText } from '../../../../src/templates/arm/json.ts';
import { armShapes, commentsOf, layouts } from './arm-shapes.ts';
import { applied, bedOf, checkFix, configurationOf } from './fix-bed.ts';

describe('fixes in every shape of an ARM template', () => {
  for (const shape of armShapes) {
    it(shape.name, async () => {
      for (const layout of layouts) {
        const texts = Object.fromEntries(Object.entries(shape.files).map(([path, json]) => [path, layout.write(json)]));
        const bed = await bedOf(texts, configurationOf());
        const about = `${shape.name}, ${layout.name}`;
        const finding = bed.findings.find(one => one.id === 'open-management-port' && one.port === 22);
        assert.ok(finding, `${about}: ${bed.findings.map(one => one.message).join('\n')}`);
        const fixes = bed.finder.fixesOf(finding);
        assert.deepEqual(fixes.map(fix => fix.title).sort(), [...shape.offers].sort(), about);
        for (const fix of fixes) {
          checkFix(bed, finding, fix);
          for (const [path, text] of Object.entries(applied(bed, fix.edits))) {
            const note = `${about}: ${fix.title}\n${text}`;
            assert.deepEqual(new JsonText(text).errors, [], note);
            assert.ok(layout.keeps(text), note);
            if (/^Remove/.test(fix.title)) {
              assert.doesNotMatch(text, /allow-ssh'|\/allow-ssh"|"ssh"/, `${note}: something still refers to it`);
              continue;
            }
            const now = commentsOf(text);
            const lost = [...commentsOf(texts[path]!)].filter(one => !now.has(one));
            assert.deepEqual(lost, [], note);
          }
        }
      }
    });

    it(`${shape.name}, with another port in the rule`, async () => {
      for (const [at, layout] of layouts.entries()) {
        const texts: Record<string, string> = {};
        for (const [path, json] of Object.entries(shape.files)) {
          const ports = at % 2 === 0 ? '"destinationPortRanges":["22","8080"]' : '"destinationPortRange":"20-23"';
          const mixed = JSON.stringify(json).replace('"destinationPortRange":"22"', ports);
          texts[path] = layout.write(JSON.parse(mixed.replace('"port":"22"', '"port":"20-23"')));
        }
        const bed = await bedOf(texts, configurationOf({ trustedSources: ['203.0.113.0/29'] }));
        const finding = bed.findings.find(one => one.id === 'open-management-port' && one.port === 22);
        assert.ok(finding, shape.name);
        const fixes = bed.finder.fixesOf(finding);
        for (const fix of fixes) {
          checkFix(bed, finding, fix);
          for (const text of Object.values(applied(bed, fix.edits)))
            assert.ok(layout.keeps(text), `${shape.name}, ${layout.name}: ${fix.title}\n${text}`);
        }
        if (!shape.name.startsWith('a loop')) assert.ok(fixes.length > 0, `${shape.name}, ${layout.name}: no fix`);
      }
    });
  }
});
