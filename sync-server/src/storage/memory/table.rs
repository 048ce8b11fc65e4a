//! A table of the log in memory.

use std::collections::BTreeMap;

/// A table that remembers what a job has replaced.
#[derive(Debug, Clone)]
pub(super) struct Table<K, V> {
    pub(super) rows: BTreeMap<K, V>,
    replaced: Vec<(K, Option<V>)>,
}

impl<K, V> Default for Table<K, V> {
    fn default() -> Self {
        Self { rows: BTreeMap::new(), replaced: Vec::new() }
    }
}

impl<K: Ord + Clone, V> Table<K, V> {
    pub(super) fn put(&mut self, key: K, row: V) {
        let before = self.rows.insert(key.clone(), row);
        self.replaced.push((key, before));
    }

    pub(super) fn take(&mut self, key: &K) -> Option<V>
    where
        V: Clone,
    {
        let row = self.rows.remove(key)?;
        self.replaced.push((key.clone(), Some(row.clone())));
        Some(row)
    }

    pub(super) fn settle(&mut self, keep: bool) {
        for (key, before) in self.replaced.drain(..).rev() {
            match before {
                _ if keep => {}
                Some(row) => drop(self.rows.insert(key, row)),
                None => drop(self.rows.remove(&key)),
            }
        }
    }
}
