/** Reads a CloudFormation template against the published resource schemas, without an account. */
import { loadAwsServiceSpec } from '@aws-cdk/aws-service-spec';

export interface Template {
  Resources: Record<string, TemplateResource>;
  Outputs?: Record<string, { Value: unknown }>;
  Parameters?: Record<string, unknown>;
}

export interface TemplateResource {
  Type: string;
  Properties?: Record<string, unknown>;
  DependsOn?: string | string[];
  DeletionPolicy?: string;
  UpdateReplacePolicy?: string;
}

const specification = await loadAwsServiceSpec();
type ResourceSpec = ReturnType<typeof specification.get<'resource'>>;
type Properties = ResourceSpec['properties'];
type PropertyType = Properties[string]['type'];

/** Unknown types, unknown, missing or ill-typed properties and references to nothing, each as `path: what is wrong`. */
export function findProblems(template: Template): string[] {
  const resources = Object.entries(template.Resources).flatMap(([id, resource]) => {
    const spec = specOf(resource.Type);
    if (!spec) return [`${id}: unknown type ${resource.Type}`];
    return checkObject(id, resource.Properties ?? {}, spec.properties);
  });
  return [...resources, ...findDangling(template)];
}

function specOf(type: string): ResourceSpec | undefined {
  return [...specification.lookup('resource', 'cloudFormationType', 'equals', type)][0];
}

function checkObject(path: string, value: Record<string, unknown>, properties: Properties): string[] {
  const missing = Object.entries(properties).filter(([name, { required }]) => required && !(name in value));
  return [
    ...missing.map(([name]) => `${path}.${name}: missing`),
    ...Object.entries(value).flatMap(([name, item]) => {
      const property = properties[name];
      return property ? checkValue(`${path}.${name}`, item, property.type) : [`${path}.${name}: unknown property`];
    }),
  ];
}

function checkValue(path: string, value: unknown, type: PropertyType): string[] {
  if (isIntrinsic(value)) return [];
  switch (type.type) {
    case 'union': {
      const attempts = type.types.map((member) => checkValue(path, value, member));
      return attempts.find((problems) => problems.length === 0) ?? attempts[0] ?? [];
    }
    case 'array':
      if (!Array.isArray(value)) return [`${path}: not a list`];
      return value.flatMap((item, i) => checkValue(`${path}[${i}]`, item, type.element));
    case 'map':
      if (!isObject(value)) return [`${path}: not a map`];
      return Object.entries(value).flatMap(([key, item]) => checkValue(`${path}.${key}`, item, type.element));
    case 'ref': {
      if (!isObject(value)) return [`${path}: not an object`];
      return checkObject(path, value, specification.get('typeDefinition', type.reference.$ref).properties);
    }
    case 'string':
    case 'date-time':
      return typeof value === 'object' ? [`${path}: not a string`] : [];
    case 'integer':
      return Number.isInteger(toNumber(value)) ? [] : [`${path}: not an integer`];
    case 'number':
      return Number.isFinite(toNumber(value)) ? [] : [`${path}: not a number`];
    case 'boolean':
      return ['true', 'false'].includes(String(value)) ? [] : [`${path}: not a boolean`];
    default:
      return []; // json, tag: anything
  }
}

/** CloudFormation takes "20" for 20. */
function toNumber(value: unknown): number {
  return typeof value === 'number' || (typeof value === 'string' && value !== '') ? Number(value) : Number.NaN;
}

function findDangling(template: Template): string[] {
  const known = (id: string) => id in template.Resources || id in (template.Parameters ?? {}) || id.startsWith('AWS::');
  const hasAttribute = (id: string, attribute: string) => {
    const spec = specOf(template.Resources[id]?.Type ?? '');
    return spec !== undefined && (attribute in spec.attributes || attribute in spec.properties);
  };
  const dependencies = Object.entries(template.Resources).flatMap(([id, { DependsOn = [] }]) =>
    [DependsOn].flat().flatMap((other) => (known(other) ? [] : [`${id}: depends on ${other}, which is not there`])),
  );
  const references = [...walk(template.Resources), ...walk(template.Outputs ?? {})].flatMap((found) => {
    if (!known(found.id)) return [`${found.path}: refers to ${found.id}, which is not there`];
    if (found.attribute === undefined || hasAttribute(found.id, found.attribute)) return [];
    return [`${found.path}: ${found.id} has no attribute ${found.attribute}`];
  });
  return [...dependencies, ...references];
}

interface Reference {
  path: string;
  id: string;
  attribute?: string | undefined;
}

function* walk(value: unknown, path = ''): Generator<Reference> {
  if (Array.isArray(value)) for (const [i, item] of value.entries()) yield* walk(item, `${path}[${i}]`);
  if (!isObject(value)) return;
  for (const [key, item] of Object.entries(value)) {
    const here = path ? `${path}.${key}` : key;
    if (key === 'Ref' && typeof item === 'string') yield { path: here, id: item };
    else if (key === 'Fn::GetAtt') {
      const [id, ...attribute] = Array.isArray(item) ? item.map(String) : String(item).split('.');
      yield { path: here, id: id ?? '', attribute: attribute.join('.') };
    } else if (key === 'Fn::Sub') yield* substitutions(item, here);
    yield* walk(item, here);
  }
}

/** `${Name}` is a Ref and `${Name.Attribute}` a GetAtt, unless the second argument names it; `${!Name}` is plain text. */
function* substitutions(value: unknown, path: string): Generator<Reference> {
  const [text, names] = Array.isArray(value) ? value : [value, {}];
  for (const [, name = ''] of String(text).matchAll(/\$\{([^!}][^}]*)\}/g)) {
    const [id = '', ...attribute] = name.split('.');
    if (!(name in names)) yield { path, id, attribute: attribute.length > 0 ? attribute.join('.') : undefined };
  }
}

function isIntrinsic(value: unknown): boolean {
  if (!isObject(value)) return false;
  const [key, ...others] = Object.keys(value);
  return others.length === 0 && key !== undefined && (key === 'Ref' || key === 'Condition' || key.startsWith('Fn::'));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
