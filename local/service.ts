/** The embedded stack: the parts of serverless.yml it is driven by, as the framework (which has checked them) hands them over. */

/** A value in CloudFormation's sense: plain, or an intrinsic such as `{ Ref: 'Table' }`. */
export type Value = string | number | boolean | null | Intrinsic;
export interface Intrinsic {
  Ref?: string;
  'Fn::GetAtt'?: string[];
}

export interface QueueEvent {
  arn: Value;
  batchSize?: number;
  functionResponseType?: string;
  maximumConcurrency?: number;
}

export interface HttpEvent {
  method: string;
  path: string;
  response?: { transferMode?: string };
}

export interface FunctionEvent {
  sqs?: QueueEvent | Value;
  http?: HttpEvent | string;
  httpApi?: { method?: string; path?: string } | string;
}

export interface FunctionDefinition {
  name: string;
  handler: string;
  timeout?: number;
  memorySize?: number;
  environment?: Record<string, Value>;
  events?: FunctionEvent[];
}

export interface Resource {
  Type: string;
  Properties?: Record<string, unknown>;
}

export interface Service {
  provider: { region: string; timeout?: number; memorySize?: number; environment?: Record<string, Value> };
  resources?: { Resources?: Record<string, Resource> };
  getAllFunctions(): string[];
  getFunction(key: string): FunctionDefinition;
}

export interface Serverless {
  service: Service;
  serviceDir: string;
}

/** A function under the key it has in serverless.yml. */
export interface NamedFunction {
  key: string;
  definition: FunctionDefinition;
}

export function functionsOf(service: Service): NamedFunction[] {
  return service.getAllFunctions().map((key) => ({ key, definition: service.getFunction(key) }));
}

/** Lambda's own default, in seconds, where neither function nor provider names a timeout. */
const DEFAULT_TIMEOUT_SECONDS = 6;

export function timeoutSecondsOf(service: Service, { timeout }: FunctionDefinition): number {
  return timeout ?? service.provider.timeout ?? DEFAULT_TIMEOUT_SECONDS;
}

/** The queues that feed a function; also one that is not enabled, as here a stand-in makes use of it. */
export function queueEventsOf({ events }: FunctionDefinition): QueueEvent[] {
  return (events ?? []).flatMap(({ sqs }) => {
    if (sqs === undefined || sqs === null) return [];
    return typeof sqs === 'object' && 'arn' in sqs ? sqs : { arn: sqs };
  });
}

/** The REST routes of a function whose answers are streamed. */
export function streamRoutesOf({ events }: FunctionDefinition): HttpEvent[] {
  return (events ?? []).flatMap(({ http }) => (isStreamed(http) ? [http] : []));
}

/** Takes the streamed routes out: serverless-offline would serve them, but cannot stream. */
export function withoutStreamRoutes(events: FunctionEvent[] | undefined): FunctionEvent[] {
  return (events ?? []).filter(({ http }) => !isStreamed(http));
}

function isStreamed(http: FunctionEvent['http']): http is HttpEvent {
  return typeof http === 'object' && http.response?.transferMode === 'STREAM';
}

/** The path of a function's first API Gateway route, if it has one. */
export function httpPathOf({ events }: FunctionDefinition): string | undefined {
  for (const { httpApi } of events ?? []) {
    if (typeof httpApi === 'string') return httpApi.split(' ')[1];
    if (httpApi?.path !== undefined) return httpApi.path;
  }
  return undefined;
}
