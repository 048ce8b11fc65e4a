/** The one way to ask the core for something, typed by the generated commands. */
import { commands, type Failure } from '@schemas';

type Commands = typeof commands;
export type Command = keyof Commands;
type Result<K extends Command> = Awaited<ReturnType<Commands[K]>>;
export type Answer<K extends Command> = Extract<Result<K>, { status: 'ok' }>['data'];

/** The core said no, or could not be reached: a code with parameters for the person, English for the log. */
export class CallFailed extends Error {
  readonly failure: Failure;
  readonly command: Command;

  constructor(command: Command, failure: Failure, cause?: unknown) {
    super(`${command}: ${failure.code}: ${failure.detail}`, { cause });
    this.name = 'CallFailed';
    this.command = command;
    this.failure = failure;
  }
}

function isFailure(value: unknown): value is Failure {
  return typeof value === 'object' && value !== null && 'code' in value && 'params' in value;
}

function failureOf(cause: unknown): Failure {
  if (isFailure(cause)) return cause;
  return { code: 'internal', params: {}, detail: cause instanceof Error ? cause.message : String(cause) };
}

export async function call<K extends Command>(command: K, ...args: Parameters<Commands[K]>): Promise<Answer<K>> {
  const ask = commands[command] as (...given: Parameters<Commands[K]>) => Promise<unknown>;
  let result: { status: 'ok'; data: Answer<K> } | { status: 'error'; error: unknown };
  try {
    result = (await ask(...args)) as typeof result;
  } catch (cause) {
    throw new CallFailed(command, failureOf(cause), cause);
  }
  if (result.status === 'ok') return result.data;
  throw new CallFailed(command, failureOf(result.error), result.error);
}
