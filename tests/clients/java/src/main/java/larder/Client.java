package larder;

import static larder.Place.bucket;
import static larder.Place.raises;
import static larder.Place.same;
import static larder.Place.sameBytes;
import static larder.Place.sameFiles;
import static larder.Place.setting;

import java.io.ByteArrayInputStream;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import software.amazon.awssdk.core.async.AsyncRequestBody;
import software.amazon.awssdk.core.async.AsyncResponseTransformer;
import software.amazon.awssdk.core.async.BlockingInputStreamAsyncRequestBody;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3AsyncClient;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.BucketVersioningStatus;
import software.amazon.awssdk.services.s3.model.ChecksumAlgorithm;
import software.amazon.awssdk.services.s3.model.ChecksumMode;
import software.amazon.awssdk.services.s3.model.NoSuchBucketException;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;
import software.amazon.awssdk.services.s3.model.ObjectIdentifier;
import software.amazon.awssdk.services.s3.model.S3Exception;
import software.amazon.awssdk.services.s3.model.S3Object;
import software.amazon.awssdk.services.s3.presigner.S3Presigner;
import software.amazon.awssdk.transfer.s3.S3TransferManager;

/** The AWS SDK for Java, version 2. Runs the test that is named: ends with "passed NAME". */
public final class Client {
    private static final List<String> ODD_KEYS = List.of(
            "a b+c.txt", "percent%20.txt", "ä日本語", "quote'\"&<>", "with/slash//twice",
            "star*(~)!");

    private final S3Client s3 = Place.client();

    private Client() {}

    /** Takes a test's name and a directory that is empty. */
    public static void main(String[] arguments) throws Exception {
        Path directory = Path.of(arguments[1]);
        Client client = new Client();
        switch (arguments[0]) {
            case "oddKeys" -> client.oddKeys();
            case "largeFileInParts" -> client.largeFileInParts(directory);
            case "directoryUpAndDown" -> client.directoryUpAndDown(directory);
            case "streamOfUnknownLength" -> client.streamOfUnknownLength();
            case "metadata" -> client.metadata();
            case "checksums" -> client.checksums();
            case "presigned" -> client.presigned();
            case "versionsAndDeletes" -> client.versionsAndDeletes();
            case "errorsAndConditions" -> client.errorsAndConditions();
            default -> throw new IllegalArgumentException(arguments[0]);
        }
        System.out.println("passed " + arguments[0]);
    }

    private void put(String key, String body) {
        s3.putObject(put -> put.bucket(bucket()).key(key), RequestBody.fromString(body));
    }

    private byte[] get(String key) {
        return s3.getObjectAsBytes(get -> get.bucket(bucket()).key(key)).asByteArray();
    }

    private TreeSet<String> keys() {
        return s3.listObjectsV2Paginator(list -> list.bucket(bucket()).maxKeys(4)).contents()
                .stream().map(S3Object::key).collect(Collectors.toCollection(TreeSet::new));
    }

    private void oddKeys() {
        ODD_KEYS.forEach(key -> put(key, key));
        same(keys(), new TreeSet<>(ODD_KEYS));
        for (String key : ODD_KEYS) {
            s3.copyObject(copy -> copy.sourceBucket(bucket()).sourceKey(key)
                    .destinationBucket(bucket()).destinationKey("copy of " + key));
            sameBytes(get("copy of " + key), key.getBytes(StandardCharsets.UTF_8));
            s3.deleteObject(gone -> gone.bucket(bucket()).key(key));
        }
        same(keys(), ODD_KEYS.stream().map(key -> "copy of " + key)
                .collect(Collectors.toCollection(TreeSet::new)));
    }

    private void largeFileInParts(Path directory) throws Exception {
        Path large = Path.of(setting("LARGE_FILE"));
        try (S3AsyncClient client = Place.asynchronous();
                S3TransferManager manager = S3TransferManager.builder().s3Client(client).build()) {
            manager.uploadFile(up -> up.source(large)
                    .putObjectRequest(put -> put.bucket(bucket()).key("large")))
                    .completionFuture().join();
            manager.copy(copy -> copy.copyObjectRequest(request -> request
                    .sourceBucket(bucket()).sourceKey("large")
                    .destinationBucket(bucket()).destinationKey("copy +")))
                    .completionFuture().join();
            for (String key : List.of("large", "copy +")) {
                Path back = directory.resolve(key);
                manager.downloadFile(down -> down.destination(back)
                        .getObjectRequest(get -> get.bucket(bucket()).key(key)))
                        .completionFuture().join();
                sameFiles(back, large);
            }
        }
        String etag = s3.headObject(head -> head.bucket(bucket()).key("copy +")).eTag();
        same(etag.contains("-"), true);
    }

    private void directoryUpAndDown(Path directory) throws Exception {
        Path tree = Path.of(setting("TREE"));
        try (S3AsyncClient client = Place.asynchronous();
                S3TransferManager manager = S3TransferManager.builder().s3Client(client).build()) {
            same(manager.uploadDirectory(up -> up.source(tree).bucket(bucket()))
                    .completionFuture().join().failedTransfers(), List.of());
            same(manager.downloadDirectory(down -> down.destination(directory).bucket(bucket()))
                    .completionFuture().join().failedTransfers(), List.of());
        }
        try (Stream<Path> files = Files.walk(tree)) {
            List<Path> all = files.filter(Files::isRegularFile).toList();
            for (Path file : all) {
                sameFiles(directory.resolve(tree.relativize(file)), file);
            }
            same(keys().size(), all.size());
        }
    }

    private void streamOfUnknownLength() {
        byte[] body = new byte[12_345_678];
        for (int at = 0; at < body.length; at++) {
            body[at] = (byte) (at * 31 + at / 977);
        }
        try (S3AsyncClient client = Place.asynchronous()) {
            BlockingInputStreamAsyncRequestBody stream =
                    AsyncRequestBody.forBlockingInputStream(null);
            var sent = client.putObject(put -> put.bucket(bucket()).key("streamed"), stream);
            stream.writeInputStream(new ByteArrayInputStream(body));
            sent.join();
            byte[] back = client.getObject(get -> get.bucket(bucket()).key("streamed"),
                    AsyncResponseTransformer.toBytes()).join().asByteArray();
            sameBytes(back, body);
        }
    }

    private void metadata() {
        Map<String, String> kept = Map.of(
                "blanks", "a  b   c", "tab", "x\ty", "signs", "a+b=c;,\"'%20");
        kept.forEach((name, value) -> {
            s3.putObject(put -> put.bucket(bucket()).key("kept").metadata(Map.of(name, value))
                    .contentDisposition("attachment; filename=\"a b.txt\""),
                    RequestBody.fromString("k"));
            var head = s3.headObject(request -> request.bucket(bucket()).key("kept"));
            same(head.metadata().get(name), value);
            same(head.contentDisposition(), "attachment; filename=\"a b.txt\"");
        });
    }

    private void checksums() {
        for (ChecksumAlgorithm algorithm : List.of(ChecksumAlgorithm.CRC32,
                ChecksumAlgorithm.CRC32_C, ChecksumAlgorithm.SHA1, ChecksumAlgorithm.SHA256)) {
            String body = "summed by " + algorithm;
            s3.putObject(put -> put.bucket(bucket()).key("summed").checksumAlgorithm(algorithm),
                    RequestBody.fromString(body));
            var got = s3.getObjectAsBytes(get ->
                    get.bucket(bucket()).key("summed").checksumMode(ChecksumMode.ENABLED));
            same(got.asUtf8String(), body);
            long there = Stream.of(got.response().checksumCRC32(), got.response().checksumCRC32C(),
                    got.response().checksumSHA1(), got.response().checksumSHA256())
                    .filter(sum -> sum != null).count();
            same(there, 1L);
        }
    }

    private void presigned() throws Exception {
        String key = "by url/ä +&";
        try (S3Presigner presigner = Place.presigner()) {
            var up = presigner.presignPutObject(sign -> sign
                    .signatureDuration(Duration.ofMinutes(1))
                    .putObjectRequest(put -> put.bucket(bucket()).key(key)
                            .contentType("text/x-odd").metadata(Map.of("kind", "a b"))));
            HttpRequest.Builder request = HttpRequest.newBuilder(up.url().toURI());
            up.signedHeaders().forEach((name, values) -> {
                if (!name.equalsIgnoreCase("host")) {
                    values.forEach(value -> request.header(name, value));
                }
            });
            request.PUT(HttpRequest.BodyPublishers.ofString("by url"));
            same(Place.fetch(request.build()).statusCode(), 200);
            var down = presigner.presignGetObject(sign -> sign
                    .signatureDuration(Duration.ofMinutes(1))
                    .getObjectRequest(get -> get.bucket(bucket()).key(key)
                            .responseContentDisposition("attachment; filename=\"x y.txt\"")));
            var answer = Place.fetch(HttpRequest.newBuilder(down.url().toURI()).build());
            same(new String(answer.body(), StandardCharsets.UTF_8), "by url");
            same(answer.headers().firstValue("content-disposition").orElse(""),
                    "attachment; filename=\"x y.txt\"");
            same(answer.headers().firstValue("x-amz-meta-kind").orElse(""), "a b");
        }
    }

    private void versionsAndDeletes() {
        s3.putBucketVersioning(settings -> settings.bucket(bucket())
                .versioningConfiguration(to -> to.status(BucketVersioningStatus.ENABLED)));
        for (String body : List.of("one", "two", "three")) {
            put("many/ü +", body);
        }
        s3.deleteObject(gone -> gone.bucket(bucket()).key("many/ü +"));
        var pages = s3.listObjectVersionsPaginator(list -> list.bucket(bucket()).maxKeys(2));
        List<ObjectIdentifier> all = Stream.concat(
                pages.versions().stream().map(version -> ObjectIdentifier.builder()
                        .key(version.key()).versionId(version.versionId()).build()),
                pages.deleteMarkers().stream().map(marker -> ObjectIdentifier.builder()
                        .key(marker.key()).versionId(marker.versionId()).build())).toList();
        same(all.size(), 4);
        var deleted = s3.deleteObjects(gone ->
                gone.bucket(bucket()).delete(these -> these.objects(all)));
        same(deleted.errors(), List.of());
        same(deleted.deleted().size(), 4);
        same(pages.versions().stream().count(), 0L);
    }

    private void errorsAndConditions() throws Exception {
        raises(NoSuchKeyException.class, () -> get("none"));
        raises(NoSuchBucketException.class, () ->
                s3.listObjectsV2(list -> list.bucket("no-such-bucket-here")));
        put("once", "first");
        S3Exception lost = raises(S3Exception.class, () -> s3.putObject(
                put -> put.bucket(bucket()).key("once").ifNoneMatch("*"),
                RequestBody.fromString("second")));
        same(lost.awsErrorDetails().errorCode(), "PreconditionFailed");
        sameBytes(get("once"), "first".getBytes(StandardCharsets.UTF_8));
    }
}
