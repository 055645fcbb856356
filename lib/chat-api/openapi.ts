/** The Chat API server: its OpenAPI document, written from the schemas that requests are read with. */
import * as z from 'zod/mini';
import { apiErrorTypes } from './api-error.ts';
import { type Operation, operations } from './operations.ts';

const KEYS = {
  userKey: { type: 'apiKey', in: 'header', name: 'x-user-key' },
  adminSecret: { type: 'apiKey', in: 'header', name: 'x-admin-secret' },
};

const ERROR = {
  type: 'object',
  required: ['id', 'code', 'type', 'message'],
  properties: {
    id: { type: 'string' },
    code: { type: 'integer', enum: [...new Set(apiErrorTypes.map(({ status }) => status))] },
    type: { type: 'string', enum: apiErrorTypes.map(({ type }) => type) },
    message: { type: 'string' },
  },
};

/** The OpenAPI 3 document of all operations, as `/openapi.json` gives it out. */
export function openApiDocument() {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const [name, operation] of Object.entries<Operation>(operations)) {
    const path = operation.path.replace(/:(\w+)/g, '{$1}');
    paths[path] = { ...paths[path], [operation.method.toLowerCase()]: describe(name, operation) };
  }
  return {
    openapi: '3.0.3',
    info: { title: 'Chat API', version: '1.0.0', description: 'Compatible with the Botpress Chat API.' },
    components: { securitySchemes: KEYS, schemas: { Error: ERROR } },
    paths,
  };
}

function describe(operationId: string, { path, summary, status, auth, query = [], body, response }: Operation) {
  const inPath = [...path.matchAll(/:(\w+)/g)].map(([, name]) => ({ name, in: 'path', required: true }));
  const inQuery = query.map((name) => ({ name, in: 'query', required: false }));
  const parameters = [...inPath, ...inQuery].map((parameter) => ({ ...parameter, schema: { type: 'string' } }));
  const content = response ? asJson(response) : { 'text/event-stream': { schema: { type: 'string' } } };
  return {
    operationId,
    summary,
    parameters,
    ...(body ? { requestBody: { required: true, content: asJson(body) } } : {}),
    security: auth === 'none' ? [] : [auth === 'admin' ? { adminSecret: [] } : { userKey: [] }],
    responses: {
      [status]: { description: 'Success', content },
      default: {
        description: 'Error',
        content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } },
      },
    },
  };
}

function asJson(schema: z.ZodMiniType) {
  return { 'application/json': { schema: z.toJSONSchema(schema, { target: 'openapi-3.0', io: 'input' }) } };
}
