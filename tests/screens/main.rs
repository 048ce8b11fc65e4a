//! Screens: stories in headless browsers through devhost, and one real window driven by WebDriver under Xvfb.
//!
//! These need a built app (`doorstep-app` with the features that ./check uses), a built UI, Chromium, Xvfb and
//! WebKitWebDriver; ./check installs and builds them.
#![allow(clippy::unwrap_used, reason = "in a test, an unwrap that fails is the finding")]

mod browser;
mod process;
mod store;
mod window;
