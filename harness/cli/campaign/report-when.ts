// When the report of a run is written. It stands alone: what parses the command line loads no report.

export const REPORT_WHEN = ['always', 'failures', 'never'] as const;
export type ReportWhen = (typeof REPORT_WHEN)[number];
