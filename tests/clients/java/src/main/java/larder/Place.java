package larder;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Objects;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3AsyncClient;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3Configuration;
import software.amazon.awssdk.services.s3.presigner.S3Presigner;

/** Where the server under test is, and comparisons whose messages have a bounded length. */
final class Place {
    private static final int MESSAGE_CHARACTERS_MAX = 500;
    private static final long PART_BYTES = 5L << 20;

    private Place() {}

    static String setting(String name) {
        return Objects.requireNonNull(System.getenv(name), name + " is not set");
    }

    static String bucket() {
        return setting("BUCKET");
    }

    static URI endpoint() {
        return URI.create(setting("ENDPOINT"));
    }

    /** The client that waits. It does not try again, so that an error is seen. */
    static S3Client client() {
        return S3Client.builder()
                .endpointOverride(endpoint())
                .region(Region.US_EAST_1)
                .forcePathStyle(true)
                .overrideConfiguration(settings ->
                        settings.retryStrategy(once -> once.maxAttempts(1)))
                .build();
    }

    /** The client that does not wait and that sends large objects in parts by itself. */
    static S3AsyncClient asynchronous() {
        return S3AsyncClient.builder()
                .endpointOverride(endpoint())
                .region(Region.US_EAST_1)
                .forcePathStyle(true)
                .multipartEnabled(true)
                .multipartConfiguration(parts ->
                        parts.minimumPartSizeInBytes(PART_BYTES).thresholdInBytes(PART_BYTES))
                .build();
    }

    static S3Presigner presigner() {
        return S3Presigner.builder()
                .endpointOverride(endpoint())
                .region(Region.US_EAST_1)
                .serviceConfiguration(
                        S3Configuration.builder().pathStyleAccessEnabled(true).build())
                .build();
    }

    static HttpResponse<byte[]> fetch(HttpRequest request) throws Exception {
        return HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofByteArray());
    }

    static void same(Object got, Object wanted) {
        if (!Objects.equals(got, wanted)) {
            throw new AssertionError("got " + cut(got) + " instead of " + cut(wanted));
        }
    }

    static void sameBytes(byte[] got, byte[] wanted) {
        same(named(got), named(wanted));
    }

    static void sameFiles(Path got, Path wanted) throws IOException {
        same(Files.size(got), Files.size(wanted));
        same("first other byte: " + Files.mismatch(got, wanted), "first other byte: -1");
    }

    /** Bytes by their digest. */
    static String named(byte[] bytes) {
        try {
            byte[] sum = MessageDigest.getInstance("MD5").digest(bytes);
            return bytes.length + " bytes, MD5 " + HexFormat.of().formatHex(sum);
        } catch (NoSuchAlgorithmException error) {
            throw new IllegalStateException(error);
        }
    }

    static <E extends Exception> E raises(Class<E> kind, Action action) throws Exception {
        try {
            action.run();
        } catch (Exception error) {
            Throwable cause = error instanceof java.util.concurrent.CompletionException
                    ? error.getCause() : error;
            if (kind.isInstance(cause)) {
                return kind.cast(cause);
            }
            throw error;
        }
        throw new AssertionError("no " + kind.getSimpleName() + " was thrown");
    }

    private static String cut(Object value) {
        String shown = value instanceof Object[] many ? Arrays.toString(many) : "" + value;
        return shown.substring(0, Math.min(shown.length(), MESSAGE_CHARACTERS_MAX));
    }

    /** Something that may fail. */
    interface Action {
        void run() throws Exception;
    }
}
