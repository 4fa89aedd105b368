import { Workbench } from './workbench.ts';

describe('the packaged extension', () => {
  let workbench: Workbench;

  before(async function () {
    if (!Workbench.supported) this.skip();
    workbench = await Workbench.open('editor', { folder: 'examples' });
  });

  after(() => workbench?.close());

  it('shows its view', async () => {
    await workbench.showContainer('Portcullis');
    await workbench.shot('view');
  });
});
