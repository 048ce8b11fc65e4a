//! `doorstep verify`: a claim pack checked by anybody, without a data folder and without a network.

use std::fs::File;
use std::io::Read;
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use doorstep::claim::finding::Verdict;
use doorstep::claim::verify::{Checked, verify};
use doorstep::claim::words;
use doorstep_schemas::claim_pack::MAX_FILE;
use doorstep_schemas::ids::PublicKey;
use doorstep_schemas::view::Language;

use super::Ended;

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Tongue {
    Zh,
    En,
}

#[derive(Debug, Args)]
pub struct Verify {
    /// The claim pack
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The relay's public key, as its operator tells it; without it the file's own word is taken
    #[arg(long, value_name = "HEX")]
    relay_key: Option<PublicKey>,
    #[arg(long, value_enum, default_value = "en")]
    language: Tongue,
}

impl Verify {
    pub fn run(&self) -> Ended {
        match self.look() {
            Ok(checked) => self.tell(&checked),
            Err(why) => {
                eprintln!("doorstep: {}", super::told(why.as_ref()));
                Ended::NoVerdict
            }
        }
    }

    fn look(&self) -> Result<Checked, Box<dyn std::error::Error>> {
        let mut bytes = Vec::new();
        File::open(&self.file)?.take(MAX_FILE + 1).read_to_end(&mut bytes)?;
        Ok(verify(&bytes, self.relay_key)?)
    }

    fn tell(&self, checked: &Checked) -> Ended {
        let language = match self.language {
            Tongue::Zh => Language::Zh,
            Tongue::En => Language::En,
        };
        let Checked { pack, findings } = checked;
        println!("{} · {} · {}", pack.outlet_name, pack.job, pack.relay_key);
        for finding in findings.all() {
            let mark = match finding.verdict {
                Verdict::Sound => "+",
                Verdict::Unproven(_) => "?",
                Verdict::Broken(_) => "!",
            };
            let (item, verdict) = (words::item(&finding.item, language), words::verdict(finding.verdict, language));
            println!("{mark} {item}: {verdict}");
        }
        for photo in &pack.photos {
            let name = photo.file.as_deref().unwrap_or("-");
            println!("  {} {name}: {}", photo.id, words::bracket(&photo.origin.bracket, language));
        }
        let sound = findings.hold();
        let end = match (language, sound) {
            (Language::Zh, true) => "没有发现不符之处（以上标 ? 的没有凭据）",
            (Language::Zh, false) => "有不符之处，见标 ! 的各行",
            (Language::En, true) => "nothing in it is false (what is marked ? is not proven)",
            (Language::En, false) => "it is not what it says: see the lines marked !",
        };
        println!("{end}");
        if sound { Ended::Well } else { Ended::False }
    }
}
