//! The leash around a program that stands in for the binary: a shell that says where it would listen.

use super::*;

const LISTENING: &str = "echo starting; echo once >> \"$ONCALL_DATA_DIR/starts\"; \
                         echo \"listening on http://$ONCALL_LISTEN/app\"; exec sleep 1000";

fn shell(script: &str, env: &[(&str, &str)]) -> Program {
    Program { path: "sh".into(), args: vec!["-c".into(), script.into()], env: owned(env) }
}

async fn start(script: &str, env: &[(&str, &str)]) -> anyhow::Result<Oncall> {
    Oncall::launch(shell(script, env), Data::Own(TempDir::new()?)).await
}

fn starts(oncall: &Oncall) -> usize {
    std::fs::read_to_string(oncall.data_dir().join("starts")).unwrap_or_default().lines().count()
}

#[tokio::test]
async fn it_is_ready_when_it_names_its_address() {
    let oncall = start(LISTENING, &[]).await.unwrap();
    assert!(oncall.output().contains(&format!("listening on {}/app", oncall.url())));
    assert!(oncall.id() > 0);
}

#[tokio::test]
async fn a_restart_keeps_address_settings_and_data() {
    let script = format!("echo \"$SMTP_URL\"; {LISTENING}");
    let mut oncall = start(&script, &[("SMTP_URL", "smtp://mail.test")]).await.unwrap();
    let (url, first) = (oncall.url(), oncall.id());
    oncall.kill().unwrap();
    oncall.kill().unwrap();
    oncall.restart().await.unwrap();
    assert_eq!((oncall.url(), oncall.output()[0].as_str()), (url, "smtp://mail.test"));
    assert_ne!(oncall.id(), first);
    assert_eq!(starts(&oncall), 2);
}

#[tokio::test]
async fn a_start_that_fails_tells_why() {
    let error = start("echo 'PSA_API_URL is no address' >&2; exit 1", &[]).await.unwrap_err();
    assert!(format!("{error:#}").contains("PSA_API_URL is no address"));
}

#[tokio::test]
async fn dropping_it_kills_it_and_deletes_its_own_data_only() {
    let oncall = start(LISTENING, &[]).await.unwrap();
    let data = oncall.data_dir().to_owned();
    drop(oncall);
    assert!(!data.exists());

    let data = TempDir::new().unwrap();
    let theirs = Data::Tests(data.path().to_owned());
    drop(Oncall::launch(shell(LISTENING, &[]), theirs).await.unwrap());
    assert!(data.path().exists());
}

#[tokio::test]
async fn a_command_runs_with_the_settings_and_data_and_is_waited_for() {
    let mut oncall = start(LISTENING, &[("DEFEND_SERVICE_KEY", "d")]).await.unwrap();
    oncall.program.args = vec!["-c".into(), "echo $DEFEND_SERVICE_KEY $ONCALL_DATA_DIR $0 $1; exit 2".into()];
    let end = oncall.run_cli(&["token", "sam"]).await.unwrap();
    let told = format!("d {} token sam\n", oncall.data_dir().display());
    assert_eq!((String::from_utf8(end.stdout).unwrap(), end.status.code()), (told, Some(2)));
}

#[test]
fn the_binaries_are_built_for_this_test() {
    for name in ["oncall", "xtask"] {
        let path = binary::path(name).unwrap();
        assert!(path.is_file(), "{}", path.display());
        assert_eq!(path.file_stem().unwrap(), name);
    }
    assert!(binary::path("handlers").is_err());
}
