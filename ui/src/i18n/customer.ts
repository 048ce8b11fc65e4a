/**
 * What is written to customers: they read 中文 whatever the app speaks, so both languages are here at once, the English for the writer's eye.
 * A sentence whose facts are missing is left out.
 */
import type { ApplianceKind, JobKind, Text } from '@schemas';
import en from './en/words';
import zh from './zh/words';

export const MESSAGES = ['on_my_way', 'delayed', 'repaired', 'unrepairable', 'part_awaited', 'moved'] as const;
export type MessageKind = (typeof MESSAGES)[number];

/** What a sentence may name. */
export type Place = 'outlet' | 'technician' | 'number' | 'eta' | 'appliance' | 'done' | 'fault' | 'action' | 'fees' | 'why' | 'window';
export type Facts = Record<Place, Text>;

const say = (zhText: string, enText: string): Text => ({ zh: zhText, en: enText });
const SIGNED = say('{outlet} {technician}', '{outlet}, {technician}');

export const SENTENCES: Record<MessageKind, Text[]> = {
  on_my_way: [
    say(
      '您好，我是{outlet}的{technician}，正在去您家的路上，预计{eta}到。',
      'Hello, this is {technician} of {outlet}. I’m on my way and expect to be there at {eta}.',
    ),
    say('家里请留人，机器旁边请腾出地方。', 'Please be at home and clear the space around the appliance.'),
  ],
  delayed: [
    say(
      '您好，我是{outlet}的{technician}，路上耽搁了，预计{eta}到，实在抱歉。',
      'Hello, this is {technician} of {outlet}. I’m delayed and expect to be there at {eta}. I’m sorry.',
    ),
    say('不方便请回个电话。', 'Please call if that doesn’t suit you.'),
  ],
  repaired: [
    say('您好，您的{appliance}已经{done}。', 'Hello, your {appliance} is {done}.'),
    say('故障：{fault}。', 'Fault: {fault}.'),
    say('处理：{action}。', 'Done: {action}.'),
    say('费用：{fees}。', 'Cost: {fees}.'),
    say('有问题请打{number}。', 'If anything is wrong, call {number}.'),
    SIGNED,
  ],
  unrepairable: [
    say('您好，您的{appliance}经检测无法修复。', 'Hello, your {appliance} can’t be repaired.'),
    say('原因：{why}。', 'Why: {why}.'),
    say('怎么处理听您的，请回个电话。', 'What becomes of it is up to you: please call us.'),
    SIGNED,
  ],
  part_awaited: [
    say('您好，您的{appliance}要换配件，现在等货。', 'Hello, your {appliance} needs a part, which is on order.'),
    say('故障：{fault}。', 'Fault: {fault}.'),
    say(
      '货一到就联系您约时间，请先不要自己动机器。',
      'We’ll call you for a time as soon as it is here; please leave the appliance as it is.',
    ),
    SIGNED,
  ],
  moved: [
    say('您好，原定的上门时间要改一下，实在抱歉。', 'Hello, we have to move our visit. We’re sorry.'),
    say('改到{window}，不方便请回个电话。', 'It is now {window}; please call if that doesn’t suit you.'),
    SIGNED,
  ],
};

/** What was done, as the end of "is …". */
const DONE: Partial<Record<JobKind, Text>> = {
  install: say('装好', 'installed'),
  move: say('移好装好', 'moved and installed'),
  remove: say('拆好', 'taken down'),
  clean: say('清洗好', 'cleaned'),
  maintenance: say('保养好', 'serviced'),
};
export const doneAs = (kind: JobKind): Text => DONE[kind] ?? say('修好', 'repaired');

export const applianceName = (kind: ApplianceKind): Text => say(zh.appliance[kind], en.appliance[kind]);

/** The text in one language, from the sentences whose facts are all there. */
export function messageText(kind: MessageKind, facts: Facts, tongue: 'zh' | 'en'): string {
  const fill = (sentence: string) => {
    let whole = true;
    const text = sentence.replace(/\{(\w+)\}/g, (_all, place: Place) => {
      const value = facts[place][tongue].trim();
      if (value === '') whole = false;
      return value;
    });
    return whole ? text : '';
  };
  const sentences = SENTENCES[kind].map((sentence) => fill(sentence[tongue])).filter(Boolean);
  return sentences.join(tongue === 'zh' ? '' : ' ');
}
