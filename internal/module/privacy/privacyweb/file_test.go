package privacyweb

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"io"
	"testing"
	"time"

	"gongyi/internal/flow"
)

// What a person takes along opens: pages, and one file of JSON a chapter.
func TestWhatIsTakenAlongCanBeOpened(t *testing.T) {
	chapters := []flow.Chapter{
		{File: "homes.json", Title: "我住过的家", Columns: []string{"社区", "门牌"}, Shares: []int{10, 20}, Rows: [][]string{{"竹溪社区", "3 号楼 301"}}, Data: []string{"C1"}},
		{File: "push.json", Title: "接收推送的浏览器", Columns: []string{"推送服务"}, Data: []string{}},
	}
	packed, err := pack(t.Context(), chapters, time.Date(2025, 10, 16, 9, 0, 0, 0, time.UTC))
	if err != nil {
		t.Fatal(err)
	}
	z, err := zip.NewReader(bytes.NewReader(packed), int64(len(packed)))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, f := range z.File {
		names = append(names, f.Name)
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(r) // its sum is checked at the end
		if err != nil {
			t.Fatalf("%s: %v", f.Name, err)
		}
		if pdf := bytes.HasPrefix(body, []byte("%PDF-")); !pdf && !json.Valid(body) {
			t.Errorf("%s is neither pages nor JSON", f.Name)
		}
	}
	if want := []string{"我的数据.pdf", "json/homes.json", "json/push.json"}; len(names) != 3 || names[0] != want[0] || names[1] != want[1] || names[2] != want[2] {
		t.Errorf("it holds %v", names)
	}
}
