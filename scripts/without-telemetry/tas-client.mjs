/** Takes the place of `vscode-tas-client`: no experiment is asked for. */
export const TargetPopulation = {};

export async function getExperimentationServiceAsync() {
  throw new Error('There are no experiments.');
}
