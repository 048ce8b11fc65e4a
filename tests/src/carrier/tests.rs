use super::*;

/// A relay that takes requests of 4,000 bytes and has one answer for all of them.
async fn relay() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                let mut request = [0; 4_000];
                while stream.read_exact(&mut request).await.is_ok() {
                    stream.write_all(&answer()).await.unwrap();
                }
            });
        }
    });
    address
}

fn answer() -> Vec<u8> {
    let head = b"HTTP/1.1 200 OK\r\ncontent-length: 2000\r\n\r\n";
    [head.as_slice(), &[0x2a; 2_000]].concat()
}

fn request() -> Vec<u8> {
    let mut request = b"POST /v1/exchange HTTP/1.1\r\ncontent-length: 3900\r\n\r\n".to_vec();
    request.resize(4_000, 0);
    request
}

async fn dial(carrier: &Carrier) -> TcpStream {
    TcpStream::connect(carrier.address.strip_prefix("http://").unwrap()).await.unwrap()
}

async fn ask(line: &mut TcpStream) -> io::Result<Vec<u8>> {
    line.write_all(&request()).await?;
    let mut heard = vec![0; answer().len()];
    line.read_exact(&mut heard).await?;
    Ok(heard)
}

#[tokio::test]
async fn every_byte_of_the_exchange_is_counted_once_and_nothing_else_is() {
    let carrier = Carrier::to(&relay().await).await.unwrap();
    let mut before = dial(&carrier).await;
    ask(&mut before).await.unwrap();
    assert_eq!(carrier.passed(), Passed::default(), "what is carried before a case is not its");

    carrier.begin(Weather::default());
    let mut line = dial(&carrier).await;
    for _ in 0..3 {
        assert_eq!(ask(&mut line).await.unwrap(), answer());
    }
    let mut live = dial(&carrier).await;
    live.write_all(b"GET /v1/live HTTP/1.1\r\n\r\n").await.unwrap();
    let mut nothing = Vec::new();
    // Closed with what it had sent unread, a line may end as a reset as well.
    let _ = live.read_to_end(&mut nothing).await;
    assert!(nothing.is_empty());
    let down = 3 * answer().len() as u64;
    let expected = Passed { bytes_up: 12_000, bytes_down: down, round_trips: 3, connections: 1, cut: 0 };
    assert_eq!(carrier.passed(), expected);
}

#[tokio::test]
async fn a_slow_line_takes_the_time_that_its_bytes_and_its_distance_need() {
    let carrier = Carrier::to(&relay().await).await.unwrap();
    let round_trip = Duration::from_millis(60);
    carrier.begin(Weather { round_trip, bytes_per_second: Some(40_000), ..Weather::CLEAR });
    let begun = Instant::now();
    let mut line = dial(&carrier).await;
    assert_eq!(ask(&mut line).await.unwrap(), answer());
    // Handshake, 4,000 bytes up, over there and back, 2,038 bytes down.
    let least = 2 * round_trip + Duration::from_millis(100 + 50);
    assert!(begun.elapsed() >= least, "{:?} < {least:?}", begun.elapsed());
}

#[tokio::test]
async fn a_line_that_is_cut_breaks_for_the_phone_and_counts_only_what_left() {
    let carrier = Carrier::to(&relay().await).await.unwrap();
    let weather = Weather {
        round_trip: Duration::ZERO,
        bytes_per_second: Some(10_000),
        ends: Ends::Each(Duration::from_millis(100)),
        ..Weather::CLEAR
    };
    carrier.begin(weather);
    let mut line = dial(&carrier).await;
    assert!(ask(&mut line).await.is_err());
    let passed = carrier.passed();
    assert_eq!((passed.cut, passed.round_trips, passed.bytes_down), (1, 0, 0));
    assert!((512..4_000).contains(&passed.bytes_up), "{passed:?}");
}

#[tokio::test]
async fn a_line_ends_once_behind_the_very_byte_and_the_next_one_holds() {
    let carrier = Carrier::to(&relay().await).await.unwrap();
    for (way, at) in [(Way::Up, 777), (Way::Down, 5), (Way::Up, 0), (Way::Down, 2_000)] {
        carrier.begin(Weather { ends: Ends::AtByte(way, at), ..Weather::CLEAR });
        assert!(ask(&mut dial(&carrier).await).await.is_err(), "{way:?} {at}");
        let passed = carrier.passed();
        let of = if way == Way::Up { passed.bytes_up } else { passed.bytes_down };
        assert_eq!((of, passed.cut, passed.round_trips), (at, 1, 0), "{way:?}");
        assert_eq!(ask(&mut dial(&carrier).await).await.unwrap(), answer(), "{way:?} {at}");
    }
}

#[tokio::test]
async fn a_line_that_falls_silent_says_nothing_to_either_end() {
    let carrier = Carrier::to(&relay().await).await.unwrap();
    carrier.begin(Weather { ends: Ends::Silent(Way::Up, 100), ..Weather::CLEAR });
    let mut line = dial(&carrier).await;
    let waited = tokio::time::timeout(Duration::from_millis(200), ask(&mut line)).await;
    assert!(waited.is_err(), "neither an answer nor an end");
    assert_eq!(ask(&mut dial(&carrier).await).await.unwrap(), answer());
}
