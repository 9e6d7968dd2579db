package alipay

import (
	"bufio"
	"bytes"
	"io"
)

// Lines reads details that are not packed.
func Lines(text []byte) *Bill {
	return &Bill{text: io.NopCloser(nil), lines: bufio.NewScanner(bytes.NewReader(text))}
}
