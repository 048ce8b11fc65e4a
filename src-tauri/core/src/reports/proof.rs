//! 凭证: what a customer is given of a job: receipt 收据, repair list 维修清单, safety notice 安全隐患告知书 (R12, R13, R19–R21, R45).
//!
//! Everything is the customer's side: guide prices at most, no suspected cause before the diagnosis, nothing of settlement.

use doorstep_schemas::ids::{BlobHash, JobId};
use doorstep_schemas::input::SheetField;
use doorstep_schemas::paper::{
    Align, Block, Column, Issuer, Pair, Paper, Photo, Signature, Signed, Table, Tone, Total, pair,
};
use doorstep_schemas::view::{Language, Payer, PhotoStage, ProofKind, ServiceState, SignedFor, Text, Verdict};

use super::tag;
use super::terms::term;
use super::words::{self, Phrase};
use crate::domain::facts::{Job, Notice, OrderedAppliance};
use crate::domain::gates::{self, Judge};
use crate::domain::money::amount::yuan;
use crate::domain::money::fees::{self, Terms, owed};
use crate::domain::money::{each, quotes};
use crate::domain::record::last;
use crate::domain::{bench, calendar, hazards, nodes, pictures, reply, services, timing};
use crate::rules::InForce;

/// Pictures that a paper shows at most: a long picture stays one that a chat takes.
const MOST_PHOTOS: usize = 6;

/// What a paper names and the job does not know.
pub struct About<'a> {
    pub job: JobId,
    pub language: Language,
    pub outlet: &'a str,
    pub technician: &'a str,
    pub rules: InForce<'a>,
    pub numbers: Vec<String>,
    /// The bytes of a picture, where this device has them.
    pub picture: &'a dyn Fn(&BlobHash) -> Option<Vec<u8>>,
}

impl About<'_> {
    pub(super) fn say(&self, zh: &'static str, en: &'static str) -> String {
        Phrase(zh, en).of(self.language).to_owned()
    }

    fn of(&self, text: &Text) -> String {
        match self.language {
            Language::Zh => text.zh.clone(),
            Language::En => text.en.clone(),
        }
    }

    fn term(&self, container: &str, key: &str, word: &str) -> String {
        term(container, key, word).map_or_else(|| word.to_owned(), |phrase| phrase.of(self.language).to_owned())
    }

    /// What was picked from the lists is told in the reader's language; words of one's own stay as they are.
    fn picked(&self, words: &str) -> String {
        self.rules.picked(words).map_or_else(|| words.to_owned(), |text| self.of(text))
    }

    fn moment(&self, at: i64) -> String {
        format!("{} {}", calendar::day_name(at), calendar::clock(at))
    }
}

/// One paper of a job, ready to be typeset. A notice that nobody gave is none, and neither is a tag that no machine has.
pub fn paper(job: &Job, kind: ProofKind, about: &About<'_>) -> Option<Paper> {
    let (title, blocks) = match kind {
        ProofKind::Receipt => (about.say("服务凭证", "Service receipt"), receipt(job, about)),
        ProofKind::RepairList => (about.say("维修清单", "Repair list"), repair_list(job, about)),
        ProofKind::SafetyNotice => notice(job, about)?,
        ProofKind::BenchTag => (about.say("送修挂牌", "Bench tag"), tag::tags(job, about)?),
    };
    let number = about.job.to_string();
    let number = number.get(number.len().saturating_sub(8)..).unwrap_or_default().to_owned();
    let mut marks = vec![pair(about.say("单号", "Job"), number)];
    marks.push(pair(about.say("厂家工单号", "Maker's number"), job.order.maker_order.clone()));
    let done = timing::finished(job).map(|at| about.moment(at)).unwrap_or_default();
    marks.push(pair(about.say("完工", "Finished"), done));
    Some(Paper {
        language: about.language,
        issuer: Issuer { name: about.outlet.to_owned(), lines: about.numbers.clone() },
        title,
        subtitle: String::new(),
        marks,
        blocks,
        footer: about.say(
            "本凭证由网点出具。有问题请打上面的电话。",
            "Given out by the outlet. If anything is wrong, call the numbers above.",
        ),
    })
}

fn customer(job: &Job, about: &About<'_>) -> Block {
    let customer = job.customer();
    Block::Pairs(vec![
        pair(about.say("用户", "Customer"), customer.name),
        pair(about.say("电话", "Phone"), words::phone(&customer.phone)),
        pair(about.say("地址", "Address"), format!("{} {}", customer.township, customer.address).trim().to_owned()),
        pair(about.say("服务工程师", "Technician"), about.technician),
    ])
}

/// Brand, model, serial and what was found and done; a cause only once it is diagnosed (R19).
fn machine(job: &Job, appliance: &OrderedAppliance, about: &About<'_>) -> Vec<Block> {
    let field = |field| job.field(appliance, field);
    let picked = |field| about.picked(&job.field(appliance, field));
    let name = format!("{} {}", field(SheetField::Brand), field(SheetField::Model)).trim().to_owned();
    vec![
        Block::Heading(if name.is_empty() { about.say("家电", "Appliance") } else { name }),
        Block::Pairs(vec![
            pair(about.say("机号", "Serial"), field(SheetField::Serial)),
            pair(about.say("故障现象", "Symptom"), picked(SheetField::Symptom)),
            pair(about.say("故障", "Fault"), picked(SheetField::Fault)),
            pair(about.say("原因", "Cause"), about.picked(&bench::cause_for_customer(job, appliance))),
            pair(about.say("处理", "Done"), picked(SheetField::Action)),
        ]),
    ]
}

fn receipt(job: &Job, about: &About<'_>) -> Vec<Block> {
    let mut out = vec![customer(job, about)];
    out.extend(outcome(job, about));
    for appliance in &job.order.appliances {
        out.extend(machine(job, appliance, about));
    }
    out.extend(readings(job, about));
    out.extend(five(job, about));
    out.push(Block::Heading(about.say("费用", "Fees")));
    out.push(lines(job, about));
    out.extend(paid(job, about));
    out.extend(photos(job, about));
    out.extend(signed(job, SignedFor::Work, about));
    out
}

/// How the visit ended, as a word with its tone; a hazard that remains is said first (R12).
fn outcome(job: &Job, about: &About<'_>) -> Option<Block> {
    use doorstep_schemas::view::JobOutcome as Out;
    let outcome = nodes::outcome(job)?;
    let tone = match outcome {
        Out::Completed | Out::SolvedByPhone | Out::NoFaultFound => Tone::Ok,
        Out::HazardRemaining | Out::RefusedUnsafe | Out::Condemned => Tone::Danger,
        _ => Tone::Warn,
    };
    let text = if outcome == Out::HazardRemaining {
        about.say("安全隐患尚未消除，整改前请勿通电使用。", "A hazard remains: do not use it before it is put right.")
    } else {
        String::new()
    };
    let word = words::outcome(outcome).of(about.language).to_owned();
    Some(Block::Verdict(doorstep_schemas::paper::Verdict { tone, word, text }))
}

/// The readings that count, with their verdicts in words (R13).
fn readings(job: &Job, about: &About<'_>) -> Vec<Block> {
    let judge = Judge::new(job, &about.rules);
    let column = |head: String| Column { head, align: Align::Start };
    let mut rows = Vec::new();
    for measured in judge.measured() {
        for (limit, _) in judge.rows(measured) {
            let Some(reading) = crate::domain::safety::latest(&job.sheet.readings, measured.appliance.id, &limit.code)
            else {
                continue;
            };
            let judged = judge.judgement(reading);
            let verdict = match judged.verdict {
                Verdict::Pass => about.say("合格", "pass"),
                Verdict::Warn => about.say("注意", "warning"),
                Verdict::Fail => about.say("不合格", "fail"),
                Verdict::NotApplicable => about.say("不适用", "not applicable"),
                Verdict::NotMeasured => about.say("未测", "not measured"),
            };
            let found = without_word(&about.of(&judged.reason), &verdict);
            rows.push(vec![about.of(&limit.name), found, verdict]);
        }
    }
    let columns = vec![
        column(about.say("检测项目", "Reading")),
        column(about.say("结果", "Result")),
        column(about.say("判定", "Verdict")),
    ];
    vec![
        Block::Heading(about.say("安全测电", "Safety check")),
        Block::Table(Table { columns, rows, totals: Vec::new() }),
    ]
}

/// What was found, without the verdict that the next column says.
fn without_word(reason: &str, verdict: &str) -> String {
    let found = reason.strip_suffix(verdict).or_else(|| reason.strip_prefix(verdict)).unwrap_or(reason);
    found.trim_matches(['，', '：', ':', ',', ' ']).to_owned()
}

/// The five services: done, or not and why; a gap shows (R13).
fn five(job: &Job, about: &About<'_>) -> Vec<Block> {
    let checked = gates::safety_checked(&Judge::new(job, &about.rules)).is_some();
    let pairs = services::five(job, checked).into_iter().map(|service| {
        let state = match service.state {
            ServiceState::Done => about.say("已做", "done"),
            ServiceState::Missing => about.say("未做", "not done"),
            ServiceState::NotApplicable => format!("{} {}", about.say("不适用", "not applicable"), service.reason),
            ServiceState::NotWanted => about.say("用户不需要", "not wanted"),
        };
        pair(about.of(&about.rules.service_words(service.service).0), state.trim())
    });
    let pairs: Vec<Pair> = pairs.collect();
    vec![Block::Heading(about.say("五项服务", "Five services")), Block::Pairs(pairs)]
}

/// The customer's lines and what they come to (R27). What others pay is said in one line.
fn lines(job: &Job, about: &About<'_>) -> Block {
    let all = fees::lines(job, &Terms::default());
    let totals = fees::totals_of(&all);
    let mut rows = Vec::new();
    for (fee, line) in each(&job.sheet.fees).into_iter().zip(&all) {
        if line.counts() && line.payer.is(Payer::Customer) {
            rows.push(vec![about.picked(&fee.name), quantity(fee.quantity), yuan(fee.unit_fen), yuan(line.amount_fen)]);
        }
    }
    let total =
        |label: String, fen: i64, strong| Total { cells: vec![label, String::new(), String::new(), yuan(fen)], strong };
    let mut sums = vec![total(about.say("合计（元）", "Total (yuan)"), totals.customer_fen, true)];
    if totals.maker_fen > 0 {
        sums.push(total(about.say("保修由厂家承担", "Borne by the maker"), totals.maker_fen, false));
    }
    if rows.is_empty() {
        let nothing = about.say("用户无需付费", "Nothing to pay");
        rows.push(vec![nothing, String::new(), String::new(), yuan(totals.customer_fen)]);
    }
    let column = |zh, en, align| Column { head: about.say(zh, en), align };
    let columns = vec![
        column("项目", "Item", Align::Start),
        column("数量", "Quantity", Align::End),
        column("单价", "Price", Align::End),
        column("金额", "Amount", Align::End),
    ];
    Block::Table(Table { columns, rows, totals: sums })
}

/// 1,500 thousandths are `1.5`.
fn quantity(thousandths: i64) -> String {
    let text = format!("{}.{:03}", thousandths / 1_000, (thousandths % 1_000).abs());
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

fn paid(job: &Job, about: &About<'_>) -> Option<Block> {
    let pairs = each(&job.sheet.payments).into_iter().map(|payment| {
        let what = about.term("payments", "for", payment.paid_for.text());
        let way = about.term("payments", "way", payment.way.text());
        pair(format!("{what} · {way}"), format!("{}  {}", yuan(payment.fen), about.moment(payment.noted.happened_ms())))
    });
    let mut pairs: Vec<Pair> = pairs.collect();
    let open = owed(job, &fees::totals(job, &Terms::default()));
    if open != 0 {
        pairs.push(pair(about.say("待付", "Still to pay"), yuan(open)));
    }
    (!pairs.is_empty()).then_some(Block::Pairs(pairs))
}

/// Before and after, then what the maker's order asks for; pictures that are not on this device are left out.
fn photos(job: &Job, about: &About<'_>) -> Vec<Block> {
    let order = [PhotoStage::Before, PhotoStage::After, PhotoStage::Nameplate];
    let shown = reply::album(job, &order).into_iter().filter_map(|hash| {
        let photo = job.sheet.photos.iter().find(|photo| photo.photo == hash && !pictures::retaken(job, photo))?;
        let stage = photo.stage.known()?;
        order.contains(&stage).then_some((hash, about.of(&about.rules.photo_name(stage))))
    });
    let shown: Vec<Photo> = shown
        .filter_map(|(hash, caption)| Some(Photo { caption, bytes: (about.picture)(&hash)? }))
        .take(MOST_PHOTOS)
        .collect();
    if shown.is_empty() {
        return Vec::new();
    }
    vec![Block::Heading(about.say("照片", "Photos")), Block::Photos(shown)]
}

/// Who signed for this, or a line to sign on.
fn signed(job: &Job, signed_for: SignedFor, about: &About<'_>) -> Option<Block> {
    let found = last(job.sheet.signatures.iter().filter(|signature| signature.signed_for.is(signed_for)));
    let label = about.say("用户签字", "Customer's signature");
    let one = match found {
        Some(signature) => {
            let drawn = signature.image.as_ref().and_then(|image| (about.picture)(image));
            let name = format!("{} {}", signature.name, about.moment(signature.noted.happened_ms()));
            Signature { label, name, signed: drawn.map_or(Signed::Line, Signed::Drawn) }
        }
        None => Signature { label, name: String::new(), signed: Signed::Line },
    };
    Some(Block::Signatures(vec![one]))
}

/// Cause, parts and each cost line, with both levels' prices where the bench quoted (R21).
fn repair_list(job: &Job, about: &About<'_>) -> Vec<Block> {
    let mut out = vec![customer(job, about)];
    for appliance in &job.order.appliances {
        out.extend(machine(job, appliance, about));
        let of = |part: &&crate::domain::facts::UsedPart| part.appliance == appliance.id;
        let rows = each(&job.sheet.parts).into_iter().filter(of);
        let rows = rows.map(|part| vec![part.code.clone(), part.name.clone(), part.quantity.to_string()]).collect();
        let column = |zh, en, align| Column { head: about.say(zh, en), align };
        let columns = vec![
            column("料号", "Part", Align::Start),
            column("配件", "Name", Align::Start),
            column("数量", "Quantity", Align::End),
        ];
        out.push(Block::Table(Table { columns, rows, totals: Vec::new() }));
        out.extend(levels(job, appliance, about));
    }
    out.push(Block::Heading(about.say("费用明细", "Costs")));
    out.push(lines(job, about));
    out.extend(signed(job, SignedFor::Quote, about));
    out
}

/// The quoted way and the other one, side by side (R21), and what the customer said.
fn levels(job: &Job, appliance: &OrderedAppliance, about: &About<'_>) -> Option<Block> {
    let quote = last(job.sheet.quotes.iter().filter(|quote| quote.appliance == appliance.id))?;
    let beside = quotes::beside(quote);
    let level = |word: &str| about.term("quotes", "level", word);
    let mut pairs = vec![pair(level(beside.level.text()), yuan(beside.total_fen))];
    if let Some(other) = beside.other_fen {
        pairs.push(pair(level(beside.other_level.text()), yuan(other)));
    }
    if let Some(said) = last(job.sheet.consents.iter().filter(|consent| consent.quote == quote.id)) {
        let word = if said.yes { about.say("同意", "agreed") } else { about.say("不修", "declined") };
        let how = about.term("consents", "channel", said.channel.text());
        let at = about.moment(said.spoken.map_or(said.noted.happened_ms(), |at| at.0));
        pairs.push(pair(about.say("用户意见", "Customer"), format!("{word} · {} · {how} · {at}", said.who)));
    }
    Some(Block::Pairs(pairs))
}

/// 安全隐患告知书: the last notice in the wording that it was given in (R12).
fn notice(job: &Job, about: &About<'_>) -> Option<(String, Vec<Block>)> {
    let notice = last(job.sheet.notices.iter())?;
    let wording = about.rules.notice_wording(&notice.wording, notice.kind.known()?)?;
    let mut out = vec![customer(job, about)];
    out.push(Block::Verdict(doorstep_schemas::paper::Verdict {
        tone: Tone::Danger,
        word: about.term("notices", "kind", notice.kind.text()),
        text: notice.text.clone(),
    }));
    out.push(Block::Text(about.of(&wording.body)));
    out.extend(hazards_of(job, notice, about));
    out.extend(readings(job, about));
    out.push(Block::Small(about.of(&wording.signed)));
    let label = about.say("用户签字", "Customer's signature");
    let signature = notice.signature.and_then(|id| job.sheet.signatures.iter().find(|s| s.id == id));
    let one = match signature {
        _ if notice.refused => {
            let (word, witness) = (about.of(&wording.refused), notice.witness.clone());
            Signature { label, name: job.customer().name, signed: Signed::Declined { word, witness } }
        }
        Some(signature) => {
            let drawn = signature.image.as_ref().and_then(|image| (about.picture)(image));
            let name = format!("{} {}", signature.name, about.moment(signature.noted.happened_ms()));
            Signature { label, name, signed: drawn.map_or(Signed::Line, Signed::Drawn) }
        }
        None => Signature { label, name: String::new(), signed: Signed::Line },
    };
    out.push(Block::Signatures(vec![one]));
    Some((about.of(&wording.title), out))
}

fn hazards_of(job: &Job, notice: &Notice, about: &About<'_>) -> Option<Block> {
    let rows: Vec<Vec<String>> = hazards::standing(job)
        .into_iter()
        .filter(|hazard| {
            notice.appliance.is_none() || hazard.appliance.is_none() || hazard.appliance == notice.appliance
        })
        .map(|hazard| {
            let recheck = hazard.recheck.map(|at| calendar::day_name(at.0)).unwrap_or_default();
            vec![hazard.text.clone(), hazard.action.clone(), recheck]
        })
        .collect();
    let column = |zh, en| Column { head: about.say(zh, en), align: Align::Start };
    let columns = vec![column("隐患", "Hazard"), column("已采取措施", "Done about it"), column("复查日", "Re-check")];
    (!rows.is_empty()).then_some(Block::Table(Table { columns, rows, totals: Vec::new() }))
}
