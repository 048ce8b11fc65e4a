//! The first job, told by the same code that `./run --play` tells it with.

use doorstep_schemas::view::Language;
use doorstep_tests::story;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_job_done_without_signal_meets_the_owners_screen_whole() {
    let folder = tempfile::tempdir().unwrap();
    let mut steps = 0;
    let cast = story::play(folder.path(), &mut |_, _| steps += 1).await.unwrap();
    story::same(&cast).unwrap();
    assert!(steps > 10, "each step is told");

    let (review, text) = story::review(&cast.owner, Language::Zh).unwrap();
    let figures = &review.figures;
    assert_eq!((figures.due, figures.done, figures.open, figures.late), (1, 1, 0, 0));
    assert_eq!((figures.readings, figures.readings_failed, figures.rectified), (4, 1, 1));
    assert_eq!((figures.on_time.good, figures.in_limit.good, figures.five_services.good), (1, 1, 1));
    assert_eq!((figures.parts, figures.parts_fen.0, figures.photos), (1, 1_000, 1));
    for words in ["日清", "完工 1/1", "隐患已整改 1", "¥10.00", "所有设备都已传到"] {
        assert!(text.contains(words), "{words} in\n{text}");
    }
    let (_, english) = story::review(&cast.owner, Language::En).unwrap();
    assert!(english.contains("done 1/1") && english.contains("hazard put right 1"), "{english}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_position_in_a_picture_leaves_neither_the_phone_nor_stays_readable_on_it() {
    let folder = tempfile::tempdir().unwrap();
    let cast = story::play(folder.path(), &mut |_, _| ()).await.unwrap();
    drop(cast);
    let mut files = 0;
    for file in all_files(folder.path()) {
        let bytes = std::fs::read(&file).unwrap();
        files += 1;
        assert!(!holds(&bytes, doorstep_tests::camera::MAKER), "{}", file.display());
        if !file.starts_with(folder.path().join("relay")) {
            for secret in ["王芳", "13800001234", "建设路"] {
                assert!(!holds(&bytes, secret), "{secret} in {}", file.display());
            }
        }
    }
    assert!(files > 10, "{files} files were looked into");
}

fn holds(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|window| window == text.as_bytes())
}

fn all_files(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let mut out = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { out.extend(all_files(&path)) } else { out.push(path) }
    }
    out
}
