// Serves the forest. The contract with the platform, the same on every target:
//   MLP_MODEL_DIR  the model folder that the trainer wrote
//   PORT           where to listen (8080 when it is not set); HOST, every address when it is not set
//   GET /ping → 200 · POST /invocations { "instances": [ { column: value, … }, … ] } → { "predictions": [ … ] }
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

// The code of the features comes with the model, so that training and serving cannot read a row differently.
const inModel = (name) => join(process.env.MLP_MODEL_DIR, name);
const { featuresOf } = await import(pathToFileURL(inModel('features.mjs')).href);
const { predictForest } = await import(pathToFileURL(inModel('forest.mjs')).href);
const model = JSON.parse(readFileSync(inModel('forest.json'), 'utf8'));

const server = createServer((request, response) => {
  const reply = (status, body) => {
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(body));
  };
  if (request.method === 'GET' && request.url === '/ping') return reply(200, { trees: model.trees.length });
  if (request.method !== 'POST' || request.url !== '/invocations') return reply(404, { error: 'not found' });
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', () => {
    try {
      const { instances } = JSON.parse(Buffer.concat(chunks).toString('utf8'));
      reply(200, { predictions: instances.map((row) => predictForest(model, featuresOf(row))) });
    } catch (error) {
      reply(400, { error: error instanceof Error ? error.message : String(error) });
    }
  });
});
server.listen(Number(process.env.PORT ?? 8080), process.env.HOST);
for (const signal of ['SIGTERM', 'SIGINT'])
  process.on(signal, () => server.close(() => process.exit(0)).closeAllConnections());
