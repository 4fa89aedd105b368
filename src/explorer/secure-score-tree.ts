import {
  type Event,
  EventEmitter,
  ThemeColor,
  ThemeIcon,
  type TreeDataProvider,
  TreeItem,
  TreeItemCollapsibleState,
} from 'vscode';
import type { Health } from '../network/machine/machine-verdict.ts';
import type { Estate } from './estate.ts';
import { machineSummary } from './machine-text.ts';
import { type AssessedMachine, type AssessedRecommendation, type SecureScore, secureScore } from './secure-score.ts';

/** A row of the Secure Score view. */
export type ScoreNode =
  | { readonly kind: 'control'; readonly score: SecureScore }
  | { readonly kind: 'recommendation'; readonly recommendation: AssessedRecommendation }
  | {
      readonly kind: 'health';
      readonly recommendation: AssessedRecommendation;
      readonly health: Health;
      readonly machines: readonly AssessedMachine[];
    }
  | {
      readonly kind: 'assessed-machine';
      readonly recommendation: AssessedRecommendation;
      readonly assessed: AssessedMachine;
    };

const healthTitles: Readonly<Record<Health, string>> = {
  Unhealthy: 'Unhealthy',
  Healthy: 'Healthy',
  NotApplicable: 'Not applicable',
};

/** The control "Secure management ports" by our evaluation and, beside it, by Defender for Cloud. */
export class SecureScoreTree implements TreeDataProvider<ScoreNode> {
  readonly #changed = new EventEmitter<undefined>();
  readonly onDidChangeTreeData: Event<undefined> = this.#changed.event;

  constructor(private readonly estate: Estate) {}

  redraw(): void {
    this.#changed.fire(undefined);
  }

  getChildren(node?: ScoreNode): ScoreNode[] {
    if (!node) {
      const { judged, machines, resources } = this.estate;
      if (!judged || machines.length === 0) return [];
      return [{ kind: 'control', score: secureScore(judged.score, machines, resources) }];
    }
    switch (node.kind) {
      case 'control':
        return node.score.recommendations.map(recommendation => ({ kind: 'recommendation', recommendation }));
      case 'recommendation': {
        const { recommendation } = node;
        return (['Unhealthy', 'Healthy', 'NotApplicable'] as const).flatMap((health): ScoreNode[] => {
          const machines = recommendation.machines.filter(machine => machine.own === health);
          return machines.length === 0 ? [] : [{ kind: 'health', recommendation, health, machines }];
        });
      }
      case 'health':
        return node.machines.map(assessed => ({
          kind: 'assessed-machine',
          recommendation: node.recommendation,
          assessed,
        }));
      case 'assessed-machine':
        return [];
    }
  }

  getTreeItem(node: ScoreNode): TreeItem {
    switch (node.kind) {
      case 'control':
        return controlItem(node.score);
      case 'recommendation': {
        const { key, title, machines } = node.recommendation;
        const unhealthy = machines.filter(machine => machine.own === 'Unhealthy').length;
        const differing = machines.filter(machine => machine.note !== undefined).length;
        const item = new TreeItem(title, TreeItemCollapsibleState.Collapsed);
        item.id = key;
        item.description = [
          unhealthy === 0 ? 'nothing to do' : `${unhealthy} unhealthy`,
          differing === 0 ? '' : `${differing} judged differently by Defender`,
        ]
          .filter(Boolean)
          .join(' · ');
        item.iconPath = healthIcon(unhealthy > 0 ? 'Unhealthy' : 'Healthy');
        item.contextValue = `recommendation.${key}`;
        item.accessibilityInformation = { label: `${title}, ${item.description}` };
        return item;
      }
      case 'health': {
        const item = new TreeItem(healthTitles[node.health], TreeItemCollapsibleState.Collapsed);
        item.id = `${node.recommendation.key}/${node.health}`;
        item.description = String(node.machines.length);
        item.iconPath = healthIcon(node.health);
        item.accessibilityInformation = { label: `${healthTitles[node.health]}, ${node.machines.length} machines` };
        return item;
      }
      case 'assessed-machine':
        return assessedItem(node.recommendation, node.assessed);
    }
  }
}

function controlItem(score: SecureScore): TreeItem {
  const item = new TreeItem('Secure management ports', TreeItemCollapsibleState.Expanded);
  item.id = 'control';
  item.description = `${score.own.current} of ${score.own.max} points${score.defender ? ` · Defender: ${score.defender.current} of ${score.defender.max}` : ''}`;
  item.iconPath = new ThemeIcon('shield');
  item.tooltip = [
    `${score.own.healthy} machines healthy, ${score.own.unhealthy} unhealthy, ${score.own.notApplicable} not applicable, by this evaluation.`,
    score.defender
      ? 'Defender for Cloud computes its own points every eight hours from its own assessments.'
      : 'Defender for Cloud has no assessments for these subscriptions, or you may not read them.',
  ].join('\n');
  item.contextValue = 'control';
  item.accessibilityInformation = { label: `Secure management ports, ${item.description}` };
  return item;
}

function assessedItem(
  recommendation: AssessedRecommendation,
  { machine, own, defender, note }: AssessedMachine,
): TreeItem {
  const item = new TreeItem(machine.name, TreeItemCollapsibleState.None);
  item.id = `${recommendation.key}/${machine.id.toLowerCase()}`;
  const summary = machine.verdict ? machineSummary(machine.verdict) : '';
  item.description =
    defender === undefined || defender === own ? summary : `Defender: ${healthTitles[defender]} · ${summary}`;
  item.iconPath = note === undefined ? healthIcon(own) : new ThemeIcon('diff');
  item.tooltip = [
    `${recommendation.title}: ${healthTitles[own]} by this evaluation`,
    defender === undefined
      ? 'Defender for Cloud has no assessment of it.'
      : `${healthTitles[defender]} by Defender for Cloud`,
    ...(note === undefined ? [] : [note]),
  ].join('\n');
  item.contextValue = `assessed.${recommendation.key}.${own}`;
  item.command = { command: 'portcullis.revealMachine', title: 'Show in Machines', arguments: [machine.id] };
  item.accessibilityInformation = { label: `${machine.name}, ${healthTitles[own]}, ${item.description}` };
  return item;
}

function healthIcon(health: Health): ThemeIcon {
  switch (health) {
    case 'Healthy':
      return new ThemeIcon('pass', new ThemeColor('testing.iconPassed'));
    case 'Unhealthy':
      return new ThemeIcon('error', new ThemeColor('list.errorForeground'));
    case 'NotApplicable':
      return new ThemeIcon('circle-outline');
  }
}
