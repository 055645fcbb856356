/** The doctor: whether the receiver of spans takes ours. An export without spans leaves nothing behind. */
import type { Settings } from '../../lib/config.ts';
import { Permanent } from '../../lib/errors.ts';
import { type Finding, ok, wrong } from '../../lib/platforms/kit/finding.ts';
import { exportSpans } from '../../lib/records/export.ts';

export async function checkOtlp(otlp: NonNullable<Settings<'otlp'>['otlp']>): Promise<Finding[]> {
  const { host } = new URL(otlp.endpoint);
  try {
    await exportSpans({ resourceSpans: [] }, { ...otlp, fetch });
    return [ok(`OpenTelemetry: ${host} takes spans`)];
  } catch (error) {
    const reason = error instanceof Error ? error.message : 'it failed';
    const remedy =
      error instanceof Permanent
        ? 'see what it wants in OTEL_EXPORTER_OTLP_HEADERS, and that OTEL_EXPORTER_OTLP_ENDPOINT ends before /v1/traces'
        : 'see whether this machine may call it, or try again later';
    return [wrong(`OpenTelemetry: ${reason}`, remedy)];
  }
}
