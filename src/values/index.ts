export { decodeObject, decodeValue } from './decode.ts';
export { encodeObject, encodeValue } from './encode.ts';
export { checkId } from './ids.ts';
export { checkInteger } from './integers.ts';
export { MAX_DEPTH, type ValueLimits } from './limits.ts';
export { isPlainObject } from './tags.ts';
export { newUuid } from './uuid.ts';
