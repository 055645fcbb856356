/** Tool: weather now and for the next days, from Open-Meteo (https://open-meteo.com, CC BY 4.0, free for non-commercial use). */
import * as z from 'zod/mini';
import { defineTool, type ToolContext, ToolError } from '../tool.ts';

/** The only hosts it ever speaks to; the model's words go into the query, encoded. */
const PLACES = 'https://geocoding-api.open-meteo.com/v1/search';
const FORECAST = 'https://api.open-meteo.com/v1/forecast';

const places = z.object({
  results: z.optional(
    z.array(
      z.object({ name: z.string(), country: z.optional(z.string()), latitude: z.number(), longitude: z.number() }),
    ),
  ),
});

const forecast = z.object({
  current: z.record(z.string(), z.union([z.number(), z.string()])),
  current_units: z.record(z.string(), z.string()),
  daily: z.record(z.string(), z.array(z.nullable(z.union([z.number(), z.string()])))),
});

export default defineTool({
  name: 'get_weather',
  description: 'The weather in a place: now, and the forecast of the next three days.',
  isOptIn: true,
  input: z.strictObject({
    place: z.string().check(z.minLength(2), z.maxLength(100), z.describe('City or town, such as Utrecht.')),
  }),
  run: async ({ place }, context) => {
    const found = await get(context, places, PLACES, { name: place, count: '1', language: 'en', format: 'json' });
    const there = found.results?.[0];
    if (!there) throw new ToolError('No such place is known. Ask the user for the nearest larger town.');
    const weather = await get(context, forecast, FORECAST, {
      latitude: String(there.latitude),
      longitude: String(there.longitude),
      current: 'temperature_2m,apparent_temperature,precipitation,weather_code,wind_speed_10m',
      daily: 'weather_code,temperature_2m_max,temperature_2m_min,precipitation_sum',
      forecast_days: '3',
      timezone: 'auto',
    });
    return { place: there.name, country: there.country, codes: 'weather_code is of WMO table 4677', ...weather };
  },
});

async function get<Schema extends z.core.$ZodType>(
  { fetch, signal }: ToolContext,
  schema: Schema,
  url: string,
  query: Record<string, string>,
): Promise<z.output<Schema>> {
  const response = await fetch(`${url}?${new URLSearchParams(query)}`, { signal, redirect: 'error' });
  if (!response.ok) throw new ToolError('The weather service is not available right now.');
  return z.parse(schema, await response.json());
}
