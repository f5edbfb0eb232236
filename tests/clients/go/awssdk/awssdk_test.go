// Package awssdk tries the AWS SDK for Go, version 2, with its transfer manager.
package awssdk

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/feature/s3/transfermanager"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/smithy-go"

	"larder/clients/server"
)

const partBytes = 5 << 20

var ctx = context.Background()

func put(t *testing.T, client *s3.Client, key string, body []byte) {
	t.Helper()
	_, err := client.PutObject(ctx, &s3.PutObjectInput{
		Bucket: aws.String(server.Bucket(t)), Key: aws.String(key), Body: bytes.NewReader(body),
	})
	server.Must(t, err)
}

func get(t *testing.T, client *s3.Client, key string) []byte {
	t.Helper()
	got, err := client.GetObject(ctx, &s3.GetObjectInput{
		Bucket: aws.String(server.Bucket(t)), Key: aws.String(key),
	})
	server.Must(t, err)
	return server.Read(t, got.Body)
}

func wantCode(t *testing.T, err error, code string) {
	t.Helper()
	var api smithy.APIError
	if !errors.As(err, &api) || api.ErrorCode() != code {
		t.Fatalf("got %v instead of %s", err, code)
	}
}

func manager(client *s3.Client) *transfermanager.Client {
	return transfermanager.New(client, func(options *transfermanager.Options) {
		options.PartSizeBytes = partBytes
		options.MultipartUploadThreshold = partBytes
	})
}

func TestLargeObjectThroughTheManager(t *testing.T) {
	client, bucket := server.Client(t), aws.String(server.Bucket(t))
	body := server.Noise(server.LargeBytes(t))
	// A reader that cannot seek has no length: the manager finds it out part by part.
	stream := struct{ *bytes.Buffer }{bytes.NewBuffer(bytes.Clone(body))}
	_, err := manager(client).UploadObject(ctx, &transfermanager.UploadObjectInput{
		Bucket: bucket, Key: aws.String("large"), Body: stream,
	})
	server.Must(t, err)
	file, err := os.Create(filepath.Join(t.TempDir(), "large"))
	server.Must(t, err)
	defer file.Close()
	_, err = manager(client).DownloadObject(ctx, &transfermanager.DownloadObjectInput{
		Bucket: bucket, Key: aws.String("large"), WriterAt: file,
	})
	server.Must(t, err)
	back, err := os.ReadFile(file.Name())
	server.Must(t, err)
	server.Same(t, back, body)
	got, err := manager(client).GetObject(ctx, &transfermanager.GetObjectInput{
		Bucket: bucket, Key: aws.String("large"),
	})
	server.Must(t, err)
	var streamed bytes.Buffer
	_, err = streamed.ReadFrom(got.Body)
	server.Must(t, err)
	server.Same(t, streamed.Bytes(), body)
}

func TestDirectoryUpAndDown(t *testing.T) {
	client, bucket, tree := server.Client(t), server.Bucket(t), server.Variable(t, "TREE")
	up, err := manager(client).UploadDirectory(ctx, &transfermanager.UploadDirectoryInput{
		Bucket: aws.String(bucket), Source: aws.String(tree), Recursive: aws.Bool(true),
	})
	server.Must(t, err)
	back := t.TempDir()
	down, err := manager(client).DownloadDirectory(ctx, &transfermanager.DownloadDirectoryInput{
		Bucket: aws.String(bucket), Destination: aws.String(back),
	})
	server.Must(t, err)
	server.Equal(t, down.ObjectsDownloaded, up.ObjectsUploaded)
	files := int64(0)
	server.Must(t, filepath.Walk(tree, func(path string, info os.FileInfo, err error) error {
		if err != nil || info.IsDir() {
			return err
		}
		files++
		below, err := filepath.Rel(tree, path)
		server.Must(t, err)
		wanted, err := os.ReadFile(path)
		server.Must(t, err)
		got, err := os.ReadFile(filepath.Join(back, below))
		server.Must(t, err)
		server.Same(t, got, wanted)
		return nil
	}))
	server.Equal(t, files, up.ObjectsUploaded)
}

func TestMetadataWithOddCharacters(t *testing.T) {
	client, bucket := server.Client(t), aws.String(server.Bucket(t))
	// This SDK folds blanks in what it signs, but no tabs.
	kept := map[string]string{"blanks": "a  b   c", "tab": "x\ty", "signs": `a+b=c;,"'%20`}
	for name, value := range kept {
		_, err := client.PutObject(ctx, &s3.PutObjectInput{
			Bucket: bucket, Key: aws.String("kept"), Body: strings.NewReader("k"),
			Metadata: map[string]string{name: value},
		})
		if err != nil {
			t.Fatalf("%q: %v", value, err)
		}
		head, err := client.HeadObject(ctx, &s3.HeadObjectInput{
			Bucket: bucket, Key: aws.String("kept"),
		})
		server.Must(t, err)
		server.Equal(t, head.Metadata[name], value)
	}
}

func TestChecksumsOfEachAlgorithm(t *testing.T) {
	client, bucket := server.Client(t), aws.String(server.Bucket(t))
	body := server.Noise(300_001)
	for _, algorithm := range []types.ChecksumAlgorithm{
		types.ChecksumAlgorithmCrc32, types.ChecksumAlgorithmCrc32c, types.ChecksumAlgorithmSha1,
		types.ChecksumAlgorithmSha256, types.ChecksumAlgorithmCrc64nvme,
	} {
		_, err := client.PutObject(ctx, &s3.PutObjectInput{
			Bucket: bucket, Key: aws.String("summed"), Body: bytes.NewReader(body),
			ChecksumAlgorithm: algorithm,
		})
		server.Must(t, err)
		got, err := client.GetObject(ctx, &s3.GetObjectInput{
			Bucket: bucket, Key: aws.String("summed"), ChecksumMode: types.ChecksumModeEnabled,
		})
		server.Must(t, err)
		server.Same(t, server.Read(t, got.Body), body)
		sums := map[types.ChecksumAlgorithm]*string{
			types.ChecksumAlgorithmCrc32:     got.ChecksumCRC32,
			types.ChecksumAlgorithmCrc32c:    got.ChecksumCRC32C,
			types.ChecksumAlgorithmSha1:      got.ChecksumSHA1,
			types.ChecksumAlgorithmSha256:    got.ChecksumSHA256,
			types.ChecksumAlgorithmCrc64nvme: got.ChecksumCRC64NVME,
		}
		if sums[algorithm] == nil {
			t.Fatalf("no %s came back", algorithm)
		}
	}
}

func TestCopySourceWithPlusAndBlank(t *testing.T) {
	client, bucket := server.Client(t), server.Bucket(t)
	put(t, client, "a b+c%20/ä", []byte("copied"))
	sources := []string{
		// As the documentation of most SDKs has it, and as a path.
		url.QueryEscape(bucket + "/a b+c%20/ä"),
		bucket + "/" + url.PathEscape("a b") + "%2B" + url.PathEscape("c%20/ä"),
	}
	for _, source := range sources {
		_, err := client.CopyObject(ctx, &s3.CopyObjectInput{
			Bucket: aws.String(bucket), Key: aws.String("copy"), CopySource: aws.String(source),
		})
		if err != nil {
			t.Fatalf("x-amz-copy-source %s: %v", source, err)
		}
		server.Same(t, get(t, client, "copy"), []byte("copied"))
	}
}

func TestPresignedRequests(t *testing.T) {
	client, bucket := server.Client(t), aws.String(server.Bucket(t))
	signer := s3.NewPresignClient(client, s3.WithPresignExpires(time.Minute))
	key := aws.String("by url/ä +&")
	up, err := signer.PresignPutObject(ctx, &s3.PutObjectInput{
		Bucket: bucket, Key: key, ContentType: aws.String("text/x-odd"),
		Metadata: map[string]string{"kind": "a b"},
	})
	server.Must(t, err)
	request, err := http.NewRequest(up.Method, up.URL, strings.NewReader("by url"))
	server.Must(t, err)
	for name, values := range up.SignedHeader {
		if name != "Host" && name != "Content-Length" {
			request.Header[name] = values
		}
	}
	status, body := server.Fetch(t, request)
	if status != http.StatusOK {
		t.Fatalf("%d: %s", status, body)
	}
	down, err := signer.PresignGetObject(ctx, &s3.GetObjectInput{
		Bucket: bucket, Key: key, ResponseContentType: aws.String("text/plain"),
	})
	server.Must(t, err)
	request, err = http.NewRequest(down.Method, down.URL, nil)
	server.Must(t, err)
	status, body = server.Fetch(t, request)
	server.Equal(t, status, http.StatusOK)
	server.Same(t, body, []byte("by url"))
}

func TestPagesVersionsAndDeletes(t *testing.T) {
	client, bucket := server.Client(t), aws.String(server.Bucket(t))
	_, err := client.PutBucketVersioning(ctx, &s3.PutBucketVersioningInput{
		Bucket: bucket, VersioningConfiguration: &types.VersioningConfiguration{
			Status: types.BucketVersioningStatusEnabled,
		},
	})
	server.Must(t, err)
	for _, key := range []string{"a/1", "a/2", "b", "a/1", "ü +"} {
		put(t, client, key, []byte(key))
	}
	pages := s3.NewListObjectVersionsPaginator(client, &s3.ListObjectVersionsInput{
		Bucket: bucket, MaxKeys: aws.Int32(2),
	})
	var gone []types.ObjectIdentifier
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		server.Must(t, err)
		for _, version := range page.Versions {
			gone = append(gone, types.ObjectIdentifier{Key: version.Key, VersionId: version.VersionId})
		}
	}
	server.Equal(t, len(gone), 5)
	deleted, err := client.DeleteObjects(ctx, &s3.DeleteObjectsInput{
		Bucket: bucket, Delete: &types.Delete{Objects: gone},
	})
	server.Must(t, err)
	server.Equal(t, len(deleted.Errors), 0)
	left, err := client.ListObjectVersions(ctx, &s3.ListObjectVersionsInput{Bucket: bucket})
	server.Must(t, err)
	server.Equal(t, len(left.Versions)+len(left.DeleteMarkers), 0)
}

func TestErrorsAreTypedAndConditionsHold(t *testing.T) {
	client, bucket := server.Client(t), aws.String(server.Bucket(t))
	_, err := client.GetObject(ctx, &s3.GetObjectInput{Bucket: bucket, Key: aws.String("none")})
	var missing *types.NoSuchKey
	if !errors.As(err, &missing) {
		t.Fatalf("got %v instead of NoSuchKey", err)
	}
	_, err = client.HeadBucket(ctx, &s3.HeadBucketInput{Bucket: aws.String("no-such-bucket-here")})
	var nothing *types.NotFound
	if !errors.As(err, &nothing) {
		t.Fatalf("got %v instead of NotFound", err)
	}
	once := func(body string) error {
		_, err := client.PutObject(ctx, &s3.PutObjectInput{
			Bucket: bucket, Key: aws.String("once"), Body: strings.NewReader(body),
			IfNoneMatch: aws.String("*"),
		})
		return err
	}
	server.Must(t, once("first"))
	wantCode(t, once("second"), "PreconditionFailed")
	server.Same(t, get(t, client, "once"), []byte("first"))
}
