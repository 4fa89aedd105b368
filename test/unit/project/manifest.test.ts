import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '../../..');

interface MenuItem {
  readonly command?: string;
  readonly submenu?: string;
  readonly when?: string;
  readonly group?: string;
}
interface Command {
  readonly command: string;
  readonly title: string;
  readonly category: string;
  readonly icon?: string;
}
interface Setting {
  readonly description?: string;
  readonly markdownDescription?: string;
  readonly type?: string | string[];
  readonly scope?: string;
}

const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const contributes = manifest.contributes;
const commands: readonly Command[] = contributes.commands;
const menus: readonly [string, readonly MenuItem[]][] = Object.entries(contributes.menus);
const settings: readonly [string, Setting][] = contributes.configuration.flatMap(
  (section: { properties: Record<string, Setting> }) => Object.entries(section.properties),
);

describe('the manifest', () => {
  for (const command of commands) {
    it(`gives ${command.command} a title in verbs, the one category and a name of ours`, () => {
      assert.match(command.command, /^portcullis\.[a-z][A-Za-z]+$/);
      assert.match(command.title, /^[A-Z]/);
      assert.doesNotMatch(command.title, /[.:]$/);
      assert.equal(command.category, 'Portcullis');
    });
  }

  it('names no command twice', () => {
    assert.equal(new Set(commands.map(command => command.command)).size, commands.length);
  });

  it('puts only known commands into menus, each with a condition outside the Command Palette', () => {
    const known = new Set(commands.map(command => command.command));
    for (const [menu, items] of menus) {
      for (const item of items) {
        if (item.command) assert.ok(known.has(item.command), `${menu}: ${item.command} is no command`);
        assert.ok(item.when, `${menu}: ${item.command ?? item.submenu} has no condition`);
      }
    }
  });

  it('gives every command that stands inline or in a title bar an icon', () => {
    for (const [menu, items] of menus) {
      for (const item of items) {
        if (!/^(inline|navigation)/.test(item.group ?? '')) continue;
        const command = commands.find(candidate => candidate.command === item.command);
        assert.ok(command?.icon, `${menu}: ${item.command} has no icon`);
      }
    }
  });

  for (const [name, setting] of settings) {
    it(`gives ${name} a default, a type and a short description`, () => {
      assert.match(name, /^portcullis\.[a-z][A-Za-z.]+$/);
      assert.ok('default' in setting, 'no default');
      assert.ok(setting.type, 'no type');
      const description = setting.description ?? setting.markdownDescription ?? '';
      assert.ok(description.length > 10 && description.length < 400, description);
    });
  }

  it('names only files that exist', () => {
    const named = new Set<string>();
    const visit = (value: unknown): void => {
      if (typeof value === 'string') {
        if (/^(\.\/)?(media|schemas|docs)\/\S+\.\w+$/.test(value)) named.add(value);
      } else if (value && typeof value === 'object') Object.values(value).forEach(visit);
    };
    visit(manifest);
    const missing = [...named].filter(file => !existsSync(join(root, file)));
    assert.deepEqual(missing, []);
    assert.ok(named.size > 0);
  });

  it('has sources for its entry points', () => {
    const sources = new Map([
      ['./dist/extension.js', 'src/extension.ts'],
      ['./dist/browser/extension.js', 'src/extension-browser.ts'],
      ['dist/cli.js', 'src/cli/main.ts'],
    ]);
    for (const entry of [manifest.main, manifest.browser, manifest.bin.portcullis].filter(Boolean)) {
      assert.ok(sources.has(entry), `${entry} is built from nothing`);
    }
  });

  it('has few views, each with an icon, in one container', () => {
    assert.deepEqual(Object.keys(contributes.viewsContainers), ['activitybar']);
    assert.equal(contributes.viewsContainers.activitybar.length, 1);
    const views: readonly { id: string; name: string; icon?: string }[] = contributes.views.portcullis;
    assert.ok(views.length <= 4);
    for (const view of views) {
      assert.ok(view.icon, `${view.id} has no icon`);
      assert.ok(view.name.split(' ').length <= 2, `${view.name} is long`);
    }
  });

  it('links only to commands of ours in welcome texts', () => {
    for (const welcome of contributes.viewsWelcome as readonly { contents: string }[]) {
      for (const [, id] of welcome.contents.matchAll(/\(command:([^)?]+)/g)) {
        assert.ok(
          commands.some(command => command.command === id) || /^(workbench|vscode)\./.test(id ?? ''),
          `${id} is no command`,
        );
      }
    }
  });

  it('pins every package to one version', () => {
    for (const [name, version] of Object.entries({ ...manifest.dependencies, ...manifest.devDependencies })) {
      assert.match(String(version), /^\d+\.\d+\.\d+(-[\w.]+)?$/, name);
    }
  });
});
