import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NodeFiles } from '../../../src/cli/node-files.ts';

describe('files of the command line', () => {
  let base = '';
  before(() => {
    base = mkdtempSync(join(tmpdir(), 'portcullis-files-'));
    mkdirSync(join(base, 'work/infra/node_modules/x'), { recursive: true });
    mkdirSync(join(base, 'elsewhere'));
    writeFileSync(join(base, 'work/infra/main.bicep'), 'inside');
    writeFileSync(join(base, 'work/infra/node_modules/x/main.bicep'), 'a dependency');
    writeFileSync(join(base, 'elsewhere/secret.bicep'), 'outside');
  });
  after(() => rmSync(base, { recursive: true, force: true }));

  const reasonOf = (files: NodeFiles, path: string) => {
    const read = files.read(path);
    return 'text' in read ? read.text : read.reason;
  };

  it('reads what lies in the working directory and nothing else', () => {
    const files = new NodeFiles(join(base, 'work'));
    assert.equal(reasonOf(files, 'infra/main.bicep'), 'inside');
    assert.equal(reasonOf(files, 'infra/none.bicep'), 'missing');
    assert.equal(reasonOf(files, '../elsewhere/secret.bicep'), 'outside');
    assert.equal(reasonOf(files, join(base, 'elsewhere/secret.bicep')), 'outside');
    assert.deepEqual(files.list('../elsewhere'), []);
  });

  it('does not follow a symbolic link out of it', function () {
    try {
      symlinkSync(join(base, 'elsewhere/secret.bicep'), join(base, 'work/link.bicep'));
    } catch {
      this.skip();
    }
    assert.equal(reasonOf(new NodeFiles(join(base, 'work')), 'link.bicep'), 'outside');
  });

  it('does not follow a linked folder out of it', function () {
    try {
      symlinkSync(join(base, 'elsewhere'), join(base, 'work/folder'), 'dir');
    } catch {
      this.skip();
    }
    const files = new NodeFiles(join(base, 'work'));
    assert.equal(reasonOf(files, 'folder/secret.bicep'), 'outside');
    assert.deepEqual(files.list('folder'), []);
  });

  it('reads what a person named, wherever it is', () => {
    const files = new NodeFiles(join(base, 'work'));
    files.admit('../elsewhere');
    assert.deepEqual(files.read('../elsewhere/secret.bicep'), { text: 'outside' });
  });

  it('walks folders without those of dependencies', () => {
    const files = new NodeFiles(join(base, 'work'));
    assert.deepEqual([...files.walk('infra', name => name.endsWith('.bicep'))], ['infra/main.bicep']);
    assert.deepEqual([...files.walk('infra/main.bicep', () => false)], ['infra/main.bicep']);
    assert.throws(() => [...files.walk('nowhere', () => true)], { code: 'ENOENT' });
  });
});
