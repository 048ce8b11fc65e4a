/**
 * A stand-in for a devhost, for looking at screens without the core: it keeps one story in memory and answers as the generated types say.
 * Development only. The page's address says whose story it is and how it begins (tales.ts): `?role=owner` makes it the owner's desk.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { CoreEvent } from '@schemas';
import type { Story } from './story';
import { begin } from './tales';

const stories = new Map<string, Story>();
const streams = new Map<string, Set<ServerResponse>>();

const wishesOf = (request: IncomingMessage) => new URL(request.headers.referer ?? 'http://127.0.0.1/').search;

function tell(story: string, event: CoreEvent): void {
  const message = `data: ${JSON.stringify({ event: 'core-message', payload: event })}\n\n`;
  streams.get(story)?.forEach((stream) => stream.write(message));
}

function storyOf(wishes: string): Story {
  const story = stories.get(wishes) ?? begin(new URLSearchParams(wishes), (event) => tell(wishes, event));
  stories.set(wishes, story);
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
    const listening = streams.get(wishesOf(request)) ?? new Set();
    streams.set(wishesOf(request), listening.add(response));
    request.on('close', () => listening.delete(response));
    return;
  }
  if (path.startsWith('/photo/')) {
    response.writeHead(200, { 'content-type': 'image/svg+xml' });
    response.end(PICTURE);
    return;
  }
  const { input } = (await bodyOf(request)) as { input: never };
  const answer = storyOf(wishesOf(request)).answer(path.slice('/ipc/'.length), input);
  response.writeHead(answer.failure ? 400 : 200, { 'content-type': 'application/json' });
  response.end(JSON.stringify(answer.failure ?? answer.value));
}
