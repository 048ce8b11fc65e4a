/**
 * A stand-in for a devhost, for looking at screens without the core: it keeps one story in memory and answers as the generated types say.
 * Development only. The role follows the first path asked for: `?role=owner` in the page's address makes it the owner's desk.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { CoreEvent } from '@schemas';
import { Story } from './story';

const stories = new Map<string, Story>();
const streams = new Set<ServerResponse>();

function tell(event: CoreEvent): void {
  const message = `data: ${JSON.stringify({ event: 'core-message', payload: event })}\n\n`;
  streams.forEach((stream) => stream.write(message));
}

function storyOf(request: IncomingMessage): Story {
  const role = new URL(request.headers.referer ?? 'http://127.0.0.1/').searchParams.get('role') ?? 'technician';
  const story = stories.get(role) ?? new Story(role, tell);
  stories.set(role, story);
  return story;
}

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return JSON.parse(Buffer.concat(chunks).toString() || '{}');
}

const PICTURE =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 4 3"><rect width="4" height="3" fill="#8fa3ad"/><path d="M0 3l1.500-1.600 1 .9.700-.6L4 3z" fill="#566570"/></svg>';

export async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const path = (request.url ?? '').split('?')[0] ?? '';
  if (path === '/events') {
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
    response.write(': here\n\n');
    streams.add(response);
    request.on('close', () => streams.delete(response));
    return;
  }
  if (path.startsWith('/photo/')) {
    response.writeHead(200, { 'content-type': 'image/svg+xml' });
    response.end(PICTURE);
    return;
  }
  const { input } = (await bodyOf(request)) as { input: never };
  const answer = storyOf(request).answer(path.slice('/ipc/'.length), input);
  response.writeHead(answer.failure ? 400 : 200, { 'content-type': 'application/json' });
  response.end(JSON.stringify(answer.failure ?? answer.value));
}
