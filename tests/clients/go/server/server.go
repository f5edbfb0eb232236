// Package server says where the server under test is, as the Python side put it into the
// environment, and makes bodies whose digests can be compared.
package server

import (
	"context"
	"crypto/md5"
	"encoding/hex"
	"io"
	"math/rand"
	"net/http"
	"os"
	"strconv"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

// Region is what requests are signed for.
const Region = "us-east-1"

// Variable is a setting without which nothing can be tested.
func Variable(t *testing.T, name string) string {
	t.Helper()
	value := os.Getenv(name)
	if value == "" {
		t.Fatalf("%s is not set: test_go_programs.py runs these tests", name)
	}
	return value
}

// Client is the SDK as its documentation has it, but for the endpoint. It does not try again, so
// that an error is seen and not papered over.
func Client(t *testing.T) *s3.Client {
	t.Helper()
	loaded, err := config.LoadDefaultConfig(context.Background(), config.WithRegion(Region))
	Must(t, err)
	endpoint := Variable(t, "ENDPOINT")
	return s3.NewFromConfig(loaded, func(options *s3.Options) {
		options.BaseEndpoint = aws.String(endpoint)
		options.UsePathStyle = true
		options.RetryMaxAttempts = 1
	})
}

// Bucket is one that exists, empty at the start of each test.
func Bucket(t *testing.T) string {
	t.Helper()
	return Variable(t, "BUCKET")
}

// LargeBytes is the size of a large object: no part or block size divides it.
func LargeBytes(t *testing.T) int {
	t.Helper()
	mebibytes, err := strconv.Atoi(Variable(t, "CLIENTS_LARGE_MIB"))
	Must(t, err)
	return mebibytes<<20 + 4097
}

// Noise is `size` bytes that do not compress and that are the same in every run.
func Noise(size int) []byte {
	noise := make([]byte, size)
	source := rand.New(rand.NewSource(int64(size)))
	if _, err := source.Read(noise); err != nil {
		panic(err) // its documentation says that it never fails
	}
	return noise
}

// Digest names bytes in a message of bounded length.
func Digest(body []byte) string {
	sum := md5.Sum(body)
	return strconv.Itoa(len(body)) + " bytes, MD5 " + hex.EncodeToString(sum[:])
}

// Same fails unless both bodies are equal, byte for byte.
func Same(t *testing.T, got, wanted []byte) {
	t.Helper()
	if got, wanted := Digest(got), Digest(wanted); got != wanted {
		t.Fatalf("got %s instead of %s", got, wanted)
	}
}

// Equal fails unless both values are equal.
func Equal[T comparable](t *testing.T, got, wanted T) {
	t.Helper()
	if got != wanted {
		t.Fatalf("got %v instead of %v", got, wanted)
	}
}

// Must fails at an error.
func Must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// Read reads and closes.
func Read(t *testing.T, body io.ReadCloser) []byte {
	t.Helper()
	defer body.Close()
	read, err := io.ReadAll(body)
	Must(t, err)
	return read
}

// Fetch does a plain HTTP request and returns the status and the body.
func Fetch(t *testing.T, request *http.Request) (int, []byte) {
	t.Helper()
	answer, err := http.DefaultClient.Do(request)
	Must(t, err)
	return answer.StatusCode, Read(t, answer.Body)
}
