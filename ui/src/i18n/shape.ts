/** What every language must have: the keys of the Chinese texts, and a word for every value that the core can name. */
import type {
  ApplianceKind,
  BenchNext,
  BenchWork,
  BlockerCode,
  ContactChannel,
  Coverage,
  CustodyStep,
  DeviceStatus,
  ErrorCode,
  FailureClass,
  FeeKind,
  FeeOff,
  FindingCode,
  JobKind,
  JobOutcome,
  Language,
  NoLoaner,
  NodeKind,
  NoticeKind,
  PaidFor,
  Payer,
  PayWay,
  Phase,
  PhotoPlace,
  PhotoStage,
  RepairLevel,
  RoleName,
  ServiceCode,
  ServiceState,
  SheetField,
  Shell,
  SignedFor,
  Signer,
  Step,
  SyncState,
  Unit,
  Urgency,
  Verdict,
} from '@schemas';
import type zh from './zh';
import type zhHand from './zh/hand';
import type zhOnsite from './zh/onsite';
import type zhOwner from './zh/owner';
import type zhStart from './zh/start';

type Texts<T> = { [K in keyof T]: T[K] extends string ? string : Texts<T[K]> };

export interface Words {
  jobKind: Record<JobKind, string>;
  appliance: Record<ApplianceKind, string>;
  urgency: Record<Urgency, string>;
  coverage: Record<Coverage, string>;
  node: Record<NodeKind, string>;
  nodeShort: Record<NodeKind, string>;
  outcome: Record<JobOutcome, string>;
  phase: Record<Phase, string>;
  failureClass: Record<FailureClass, string>;
  verdict: Record<Verdict, string>;
  service: Record<ServiceCode, string>;
  serviceState: Record<ServiceState, string>;
  stage: Record<PhotoStage, string>;
  role: Record<RoleName, string>;
  deviceStatus: Record<DeviceStatus, string>;
  syncState: Record<SyncState, string>;
  photoPlace: Record<PhotoPlace, string>;
  step: Record<Step, string>;
  field: Record<SheetField, string>;
  finding: Record<FindingCode, string>;
  blocker: Record<BlockerCode, string>;
  signedFor: Record<SignedFor, string>;
  signer: Record<Signer, string>;
  noticeKind: Record<NoticeKind, string>;
  channel: Record<ContactChannel, string>;
  repairLevel: Record<RepairLevel, string>;
  noLoaner: Record<NoLoaner, string>;
  custody: Record<CustodyStep, string>;
  benchNext: Record<BenchNext, string>;
  benchWork: Record<BenchWork, string>;
  feeKind: Record<FeeKind, string>;
  feeOff: Record<FeeOff, string>;
  payer: Record<Payer, string>;
  payWay: Record<PayWay, string>;
  paidFor: Record<PaidFor, string>;
  unit: Record<Unit, string>;
  shell: Record<Shell, string>;
  language: Record<Language, string>;
}

export type DeskMessages = Texts<typeof zhOwner>;
export type HandMessages = Texts<typeof zhHand>;
export type StartMessages = Texts<typeof zhStart>;
export type OnsiteMessages = Texts<typeof zhOnsite>;
export type Messages = Texts<typeof zh> & { words: Words; errors: Record<ErrorCode, string> };
