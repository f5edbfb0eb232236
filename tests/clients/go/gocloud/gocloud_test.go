// Package gocloud tries the Go CDK's portable buckets, which escape keys in their own way.
package gocloud

import (
	"bytes"
	"context"
	"crypto/md5"
	"errors"
	"io"
	"net/http"
	"sort"
	"strings"
	"testing"
	"time"

	"gocloud.dev/blob"
	"gocloud.dev/blob/s3blob"
	"gocloud.dev/gcerrors"

	"larder/clients/server"
)

var ctx = context.Background()

func open(t *testing.T) *blob.Bucket {
	t.Helper()
	bucket, err := s3blob.OpenBucket(ctx, server.Client(t), server.Bucket(t), nil)
	server.Must(t, err)
	t.Cleanup(func() { server.Must(t, bucket.Close()) })
	return bucket
}

// list is all entries' keys, in the order that they come in.
func list(t *testing.T, bucket *blob.Bucket, options *blob.ListOptions) []string {
	t.Helper()
	var listed []string
	pages := bucket.List(options)
	for {
		entry, err := pages.Next(ctx)
		if errors.Is(err, io.EOF) {
			return listed
		}
		server.Must(t, err)
		listed = append(listed, entry.Key)
	}
}

func oddKeys() []string {
	return []string{
		"a b+c.txt", "percent%20.txt", "ä日本語", "quote'\"&<>", "with/slash//twice", "tab\tin",
		"../up", "line\nin", "back\\slash", strings.Repeat("long", 200), "tilde~star*(paren)!",
	}
}

func TestOddKeysReadListedCopiedDeleted(t *testing.T) {
	bucket := open(t)
	for _, key := range oddKeys() {
		server.Must(t, bucket.WriteAll(ctx, key, []byte(key), nil))
	}
	listed := list(t, bucket, nil)
	wanted := oddKeys()
	sort.Strings(wanted)
	sort.Strings(listed)
	server.Equal(t, strings.Join(listed, "\x00"), strings.Join(wanted, "\x00"))
	for _, key := range oddKeys() {
		body, err := bucket.ReadAll(ctx, key)
		server.Must(t, err)
		server.Same(t, body, []byte(key))
		if err := bucket.Copy(ctx, "copy of "+key, key, nil); err != nil {
			t.Fatalf("copy of %q: %v", key, err)
		}
		body, err = bucket.ReadAll(ctx, "copy of "+key)
		server.Must(t, err)
		server.Same(t, body, []byte(key))
		server.Must(t, bucket.Delete(ctx, key))
		there, err := bucket.Exists(ctx, key)
		server.Must(t, err)
		server.Equal(t, there, false)
	}
}

func TestLargeObjectAndRanges(t *testing.T) {
	bucket := open(t)
	body := server.Noise(server.LargeBytes(t))
	writer, err := bucket.NewWriter(ctx, "large", &blob.WriterOptions{BufferSize: 6 << 20})
	server.Must(t, err)
	_, err = io.Copy(writer, bytes.NewReader(body))
	server.Must(t, err)
	server.Must(t, writer.Close())
	back, err := bucket.ReadAll(ctx, "large")
	server.Must(t, err)
	server.Same(t, back, body)
	reader, err := bucket.NewRangeReader(ctx, "large", 6<<20-7, 70_000, nil)
	server.Must(t, err)
	server.Same(t, server.Read(t, reader), body[6<<20-7:6<<20-7+70_000])
}

func TestAttributesMetadataAndDigest(t *testing.T) {
	bucket := open(t)
	body := []byte("kept with care")
	sum := md5.Sum(body)
	server.Must(t, bucket.WriteAll(ctx, "kept", body, &blob.WriterOptions{
		ContentType: "text/x-odd; charset=utf-8", CacheControl: "max-age=3",
		ContentDisposition: `attachment; filename="a b.txt"`, ContentEncoding: "identity",
		ContentLanguage: "nl", ContentMD5: sum[:],
		Metadata: map[string]string{"odd ä/key": "odd ü+ value\t&"},
	}))
	kept, err := bucket.Attributes(ctx, "kept")
	server.Must(t, err)
	server.Equal(t, kept.ContentType, "text/x-odd; charset=utf-8")
	server.Equal(t, kept.ContentDisposition, `attachment; filename="a b.txt"`)
	server.Equal(t, kept.ContentLanguage, "nl")
	server.Equal(t, kept.Metadata["odd ä/key"], "odd ü+ value\t&")
	server.Same(t, kept.MD5, sum[:])
	wrong := md5.Sum([]byte("other"))
	err = bucket.WriteAll(ctx, "torn", body, &blob.WriterOptions{ContentMD5: wrong[:]})
	if err == nil {
		t.Fatal("a body that is not what its digest says was taken")
	}
	there, err := bucket.Exists(ctx, "torn")
	server.Must(t, err)
	server.Equal(t, there, false)
}

func TestLevelsAndErrors(t *testing.T) {
	bucket := open(t)
	for _, key := range []string{"a/1", "a/2", "a-b", "b/c/3", "z"} {
		server.Must(t, bucket.WriteAll(ctx, key, nil, nil))
	}
	level := list(t, bucket, &blob.ListOptions{Delimiter: "/"})
	server.Equal(t, strings.Join(level, " "), "a-b a/ b/ z")
	_, err := bucket.ReadAll(ctx, "none")
	server.Equal(t, gcerrors.Code(err), gcerrors.NotFound)
	once := &blob.WriterOptions{IfNotExist: true}
	err = bucket.WriteAll(ctx, "z", []byte("again"), once)
	server.Equal(t, gcerrors.Code(err), gcerrors.FailedPrecondition)
}

func TestSignedURLs(t *testing.T) {
	bucket := open(t)
	const key = "by url/ä +&"
	up, err := bucket.SignedURL(ctx, key, &blob.SignedURLOptions{
		Method: http.MethodPut, Expiry: time.Minute,
	})
	server.Must(t, err)
	request, err := http.NewRequest(http.MethodPut, up, strings.NewReader("by url"))
	server.Must(t, err)
	status, body := server.Fetch(t, request)
	if status != http.StatusOK {
		t.Fatalf("%d: %s", status, body)
	}
	down, err := bucket.SignedURL(ctx, key, nil)
	server.Must(t, err)
	request, err = http.NewRequest(http.MethodGet, down, nil)
	server.Must(t, err)
	status, body = server.Fetch(t, request)
	server.Equal(t, status, http.StatusOK)
	server.Same(t, body, []byte("by url"))
}
