import { DataType, Schema } from 'apache-arrow';
import { describe, expect, it } from 'vitest';
import * as schemas from './index.ts';

const tables = Object.entries(schemas).filter((entry): entry is [string, Schema] => entry[1] instanceof Schema);

describe('wire tables', () => {
  it.each(tables)('%s states its own name and a version', (name, schema) => {
    const table = name.replace(/Schema$/u, '');
    expect(schemas.schemaVersion(schema)).toMatch(new RegExp(`^${table}/\\d+$`, 'iu'));
  });

  it.each(tables)('%s allows nulls only where a statistic can be undefined', (_name, schema) => {
    const nullable = schema.fields.filter((field) => field.nullable);
    expect(nullable.every((field) => DataType.isFloat(field.type))).toBe(true);
  });

  it('keeps the axes of images and activation maps with their schemas', () => {
    const labelled = schemas.labelledImageSchema({ height: 4, width: 6, labelHeight: 2, labelWidth: 3 });
    expect(labelled.fields.map((field) => String(field.type))).toEqual([
      'Utf8',
      'FixedSizeList[72]<Uint8>',
      'List<FixedSizeList[6]<Uint16>>',
    ]);
    const shape = { model: 'm', layer: 'l', units: 5, mapHeight: 2, mapWidth: 3, labelHeight: 2, labelWidth: 3 };
    const activation = schemas.activationSchema(shape);
    expect(String(activation.fields[1]?.type)).toBe('FixedSizeList[30]<Float32>');
    expect(schemas.activationShape(activation)).toEqual(shape);
    expect(schemas.activationShape(schemas.unitMatchSchema)).toBeUndefined();
  });

  it('sizes the lists of components', () => {
    expect(String(schemas.embeddingPointSchema(3).fields[1]?.type)).toBe('FixedSizeList[3]<Float64>');
    expect(String(schemas.conceptLoadingSchema(2).fields[2]?.type)).toBe('FixedSizeList[2]<Float64>');
  });
});
