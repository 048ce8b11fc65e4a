//! Prints the sample outlet's papers into a folder, and tells how long each took.
//!
//! `cargo run --release -p doorstep-paper --example press -- FOLDER [ROWS]`

use std::error::Error;
use std::path::PathBuf;
use std::time::Instant;

use doorstep_paper::{PaperForm, Press, PressError};

#[allow(clippy::unwrap_used, reason = "written for the tests")]
#[path = "../tests/print/sample.rs"]
mod sample;

fn main() -> Result<(), Box<dyn Error>> {
    let mut words = std::env::args().skip(1);
    let folder = PathBuf::from(words.next().ok_or("which folder?")?);
    let rows: usize = words.next().map_or(Ok(14), |word| word.parse())?;
    std::fs::create_dir_all(&folder)?;
    let began = Instant::now();
    let press = Press::new()?;
    println!("ready       {:6.1} ms", began.elapsed().as_secs_f64() * 1e3);
    let papers = [
        ("receipt", sample::receipt()),
        ("list", sample::repair_list()),
        ("notice", sample::notice()),
        ("statement", sample::statement(rows)),
    ];
    for (name, paper) in &papers {
        for (form, end) in [
            (PaperForm::A4, "a4.pdf"),
            (PaperForm::Roll80, "roll.pdf"),
            (PaperForm::Roll80Dots, "dots.png"),
            (PaperForm::Picture, "picture.png"),
        ] {
            let began = Instant::now();
            let printed = match press.print(paper, form, &|| false) {
                Err(PressError::TooTall { pixels }) => {
                    println!("{name:10} {end:12} too tall: {pixels}");
                    continue;
                }
                other => other?,
            };
            let took = began.elapsed().as_secs_f64() * 1e3;
            let (bytes, pages) = (printed.bytes.len() / 1024, printed.pages);
            println!(
                "{name:10} {end:12} {took:7.1} ms  {}x{}  {pages} pages  {bytes} KB",
                printed.width, printed.height
            );
            std::fs::write(folder.join(format!("{name}-{end}")), printed.bytes)?;
        }
    }
    Ok(())
}
