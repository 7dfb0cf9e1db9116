/** The native engine without JSON: values are bytes that nobody looks at. */
import { takeAll } from '../engine-alone.mjs';

export const raw = takeAll('raw');
