'use strict';
// Preloaded into every process of an AddressSanitizer run, workers and children included: whoever loads the addon gets the sanitized one.

const { basename } = require('node:path');
/** @type {any} Node's loaders by file extension; its type declarations leave them out */
const loaders = require('node:module');

const sanitized = process.env.PHQ_SANITIZED_ADDON;
const isOurs = (/** @type {string} */ file) => /^kafka\..+\.node$/.test(basename(file));

loaders._extensions['.node'] = (/** @type {object} */ module, /** @type {string} */ file) =>
  process.dlopen(module, isOurs(file) && sanitized ? sanitized : file);
