//! What the typesetter may see: one template, one font, and the files of one paper.

use std::collections::HashMap;
use std::sync::OnceLock;

use typst::diag::{FileError, FileResult};
use typst::foundations::{Bytes, Datetime, Duration};
use typst::syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::{Library, LibraryExt, World};

use crate::PressError;

const FONT: &[u8] = include_bytes!("../fonts/NotoSansCJKsc-paper.otf");
const TEMPLATES: [(&str, &str); 3] = [
    (MAIN, include_str!("template/paper.typ")),
    ("/style.typ", include_str!("template/style.typ")),
    ("/blocks.typ", include_str!("template/blocks.typ")),
];
const MAIN: &str = "/paper.typ";

/// The font, read once: five megabytes that lie in the program.
pub fn font() -> Result<Font, PressError> {
    static READ: OnceLock<Option<Font>> = OnceLock::new();
    let font = READ.get_or_init(|| Font::new(Bytes::new(FONT), 0)).clone();
    font.ok_or_else(|| PressError::Typesetting("the font can't be read".to_owned()))
}

/// What all papers share.
pub struct Tools {
    pub font: Font,
    book: LazyHash<FontBook>,
    library: LazyHash<Library>,
    main: FileId,
    sources: HashMap<FileId, Source>,
}

impl Tools {
    pub fn new() -> Result<Self, PressError> {
        let font = font()?;
        let sources = TEMPLATES.iter().map(|(name, text)| {
            let id = file_id(name)?;
            Ok((id, Source::new(id, (*text).to_owned())))
        });
        Ok(Self {
            book: LazyHash::new(FontBook::from_fonts([&font])),
            library: LazyHash::new(Library::default()),
            main: file_id(MAIN)?,
            sources: sources.collect::<Result<_, PressError>>()?,
            font,
        })
    }
}

/// The typesetter keeps every name for good, so names must come from a small set.
pub fn file_id(name: &str) -> Result<FileId, PressError> {
    let path = VirtualPath::new(name).map_err(|fault| PressError::Typesetting(fault.to_string()))?;
    Ok(RootedPath::new(VirtualRoot::Project, path).intern())
}

/// One paper's world.
pub struct Desk<'a> {
    pub tools: &'a Tools,
    pub files: HashMap<FileId, Bytes>,
}

impl World for Desk<'_> {
    fn library(&self) -> &LazyHash<Library> {
        &self.tools.library
    }

    fn book(&self) -> &LazyHash<FontBook> {
        &self.tools.book
    }

    fn main(&self) -> FileId {
        self.tools.main
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        self.tools.sources.get(&id).cloned().ok_or_else(|| absent(id))
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        self.files.get(&id).cloned().ok_or_else(|| absent(id))
    }

    fn font(&self, index: usize) -> Option<Font> {
        (index == 0).then(|| self.tools.font.clone())
    }

    fn today(&self, _: Option<Duration>) -> Option<Datetime> {
        None
    }
}

fn absent(id: FileId) -> FileError {
    FileError::NotFound(id.get().vpath().get_with_slash().into())
}
