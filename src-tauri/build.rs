//! Every command needs a permission of its own; the capabilities name them.

fn main() {
    println!("cargo:rerun-if-changed=commands.txt");
    let commands: &'static [&'static str] = include_str!("commands.txt").lines().collect::<Vec<_>>().leak();
    let manifest = tauri_build::AppManifest::new().commands(commands);
    tauri_build::try_build(tauri_build::Attributes::new().app_manifest(manifest))
        .expect("the app's configuration is complete");
}
