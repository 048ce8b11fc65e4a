//! How the trade speaks: forms and texts by number, and which of them stood where.
//!
//! What a sample taught is thousands of small things. All exchanges share them, because copying them for each costs more
//! than most parcels; what an exchange hears is numbered on from there.

use std::collections::HashMap;
use std::sync::Arc;

use super::form::Form;

#[derive(Clone, Default)]
struct Heard {
    forms: Vec<Arc<Form>>,
    form_numbers: HashMap<Arc<Form>, u32>,
    texts: Vec<Vec<u8>>,
    text_numbers: HashMap<Vec<u8>, u32>,
    /// Texts by the place where they stood, the last first.
    near: HashMap<u32, Vec<u32>>,
    /// The last number by its place.
    numbers: HashMap<u32, u64>,
}

/// See the module.
#[derive(Clone, Default)]
pub struct Lore {
    sample: Arc<Heard>,
    own: Heard,
}

impl Lore {
    /// Makes what was heard, from the first word on, a sample.
    pub fn into_sample(self) -> Self {
        Self { sample: Arc::new(self.own), own: Heard::default() }
    }

    pub fn forms(&self) -> usize {
        self.sample.forms.len() + self.own.forms.len()
    }

    pub fn form(&self, number: u32) -> Option<Arc<Form>> {
        let (sample, number) = (&self.sample.forms, number as usize);
        sample.get(number).or_else(|| self.own.forms.get(number.checked_sub(sample.len())?)).cloned()
    }

    pub fn number_of_form(&self, form: &Form) -> Option<u32> {
        self.sample.form_numbers.get(form).or_else(|| self.own.form_numbers.get(form)).copied()
    }

    pub fn add_form(&mut self, form: Form) {
        let (number, form) = (self.forms() as u32, Arc::new(form));
        self.own.form_numbers.insert(form.clone(), number);
        self.own.forms.push(form);
    }

    pub fn texts(&self) -> usize {
        self.sample.texts.len() + self.own.texts.len()
    }

    pub fn all_texts(&self) -> impl Iterator<Item = &[u8]> {
        self.sample.texts.iter().chain(&self.own.texts).map(Vec::as_slice)
    }

    pub fn text(&self, number: u32) -> Option<&[u8]> {
        let (sample, number) = (&self.sample.texts, number as usize);
        sample.get(number).or_else(|| self.own.texts.get(number.checked_sub(sample.len())?)).map(Vec::as_slice)
    }

    pub fn number_of_text(&self, text: &[u8]) -> Option<u32> {
        self.sample.text_numbers.get(text).or_else(|| self.own.text_numbers.get(text)).copied()
    }

    /// Returns the text's number.
    pub fn add_text(&mut self, text: Vec<u8>) -> u32 {
        let number = self.texts() as u32;
        self.own.text_numbers.insert(text.clone(), number);
        self.own.texts.push(text);
        number
    }

    /// The texts that stood at a place, the last first.
    pub fn near(&mut self, at: u32) -> &mut Vec<u32> {
        let Self { sample, own } = self;
        own.near.entry(at).or_insert_with(|| sample.near.get(&at).cloned().unwrap_or_default())
    }

    /// The number that stood last at a place.
    pub fn number(&self, at: u32) -> Option<u64> {
        self.own.numbers.get(&at).or_else(|| self.sample.numbers.get(&at)).copied()
    }

    pub fn put_number(&mut self, at: u32, number: u64) {
        self.own.numbers.insert(at, number);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_heard_goes_on_behind_the_sample_and_leaves_it_as_it_is() {
        let mut first = Lore::default();
        assert_eq!(first.add_text(b"leak".to_vec()), 0);
        first.near(7).insert(0, 0);
        first.put_number(9, 3);
        let sample = first.into_sample();
        let mut heard = sample.clone();
        assert_eq!((heard.number_of_text(b"leak"), heard.add_text(b"noise".to_vec())), (Some(0), 1));
        heard.near(7).insert(0, 1);
        heard.put_number(9, 4);
        assert_eq!((heard.text(0), heard.text(1)), (Some(&b"leak"[..]), Some(&b"noise"[..])));
        assert_eq!((heard.near(7).clone(), heard.number(9)), (vec![1, 0], Some(4)));
        let mut other = sample.clone();
        assert_eq!((other.near(7).clone(), other.number(9), other.texts()), (vec![0], Some(3), 1));
        assert_eq!((other.text(1), other.number_of_text(b"noise")), (None, None));
    }
}
