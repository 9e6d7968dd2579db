package paper

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestADocument(t *testing.T) {
	d := New("陈秀英的数据", "竹溪社区 2026-11-21")
	d.Heading("消费")
	d.Text(strings.Repeat("您在 Bakery 买了面包，付了 12.50 元。", 20))
	var rows [][]string
	for i := range 120 {
		rows = append(rows, []string{fmt.Sprintf("2026-01-%02d", i%30+1), "桥头面包房，一个名字很长很长很长很长很长的店", fmt.Sprintf("−%d.00", i)})
	}
	d.Table([]Column{{Text: "日子", Share: 2}, {Text: "店", Share: 3}, {Text: "元", Share: 1, Num: true}}, rows)
	b, err := d.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.HasPrefix(b, []byte("%PDF-")) || d.sheets < 3 {
		t.Errorf("%d sheets, %d bytes", d.sheets, len(b))
	}
	if len(b) > 400_000 {
		t.Errorf("%d bytes: the whole font is in it", len(b))
	}
}

// A line is never wider than its room, and no sign is lost but spaces at its end.
func TestLinesFit(t *testing.T) {
	d := New("x", "x")
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringOf(rapid.SampledFrom([]rune("账本共益，。abcXYZ019 −·…"))).Draw(t, "text")
		room := rapid.Float64Range(150, 400).Draw(t, "room")
		lines := d.wrap(text, body, room)
		if got, want := strings.ReplaceAll(strings.Join(lines, ""), " ", ""), strings.ReplaceAll(text, " ", ""); got != want {
			t.Fatalf("got %q, want %q", got, want)
		}
		for _, line := range lines {
			if w := d.width(line, body); w > room+0.01 {
				t.Fatalf("%q is %.1f wide in a room of %.1f", line, w, room)
			}
		}
		if d.err != nil {
			t.Fatal(d.err)
		}
	})
}

// No line begins with a sign that closes what stands before it.
func TestNoLineBeginsWithAClosingSign(t *testing.T) {
	d := New("x", "x")
	text := "看我的订单、权益和小票；替我下单和预约；替我到店结账；替我向邻居求助。"
	for room := 30.0; room < 200; room++ {
		for _, line := range d.wrap(text, body, room) {
			if first := []rune(line)[0]; strings.ContainsRune(closing, first) {
				t.Fatalf("in a room of %v a line begins with %c", room, first)
			}
		}
	}
}
