/** Takes the place of `@vscode/extension-telemetry`: what is reported goes nowhere. */
export class TelemetryReporter {
  sendTelemetryErrorEvent() {}
  sendTelemetryEvent() {}
  dispose() {}
}
