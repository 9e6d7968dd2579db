package certificateweb

import (
	"context"
	"fmt"
	"net/http"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/attachment"
	"gongyi/internal/module/certificate"
	"gongyi/internal/platform/httpkit"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/paper"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// print answers with a certificate on paper, for whom it may be shown.
func (h *Pages) print(w http.ResponseWriter, r *http.Request, x *holder, may func(member id.ID) bool) error {
	ctx := r.Context()
	at, err := idIn(r)
	if err != nil {
		return err
	}
	c, err := h.Flows.CheckCertificate(ctx, x.Place.ID, at)
	if err != nil {
		return err
	}
	if !may(c.Member) {
		return certificate.ErrNotFound
	}
	size, root, err := h.files.Head(ctx, x.Place.ID, c.Seq)
	if err != nil {
		return err
	}
	content, err := certificatePaper(ctx, x, &c, proof{URL: h.base(ctx) + checkPath(x.Place, c.ID), Size: size, Root: root})
	if err != nil {
		return err
	}
	name := i18n.T(ctx, "服务时长证明") + " " + c.Serial(x.Place.Ref)
	return portal.SendFile(w, r, &attachment.File{Kind: attachment.PDF, Name: name + ".pdf", Content: content}, httpkit.Never)
}

// proof is where a certificate is checked, and the log's head when it was printed.
type proof struct {
	URL  string
	Size int64 // 0 while nothing is signed yet
	Root string
}

// certificatePaper is a certificate to print: what is certified, service by service, who
// gave it, and how anybody checks it.
func certificatePaper(ctx context.Context, x *holder, c *flow.CertificateCheck, p proof) ([]byte, error) {
	d := paper.New(i18n.T(ctx, "服务时长证明"), i18n.T(ctx, "%s · 第 %s 号", x.Called(), c.Serial(x.Place.Ref)))
	if !c.Good() {
		state, _ := stateOf(ctx, c)
		d.Heading(state)
		d.Text(i18n.T(ctx, "这份证明现在不算数，原因见核对页。"))
	}
	d.Text(i18n.T(ctx, "第 %s 号", c.Serial(x.Place.Ref)))
	d.Text(certified(ctx, c.Certificate))
	d.Text(split(ctx, c.Certificate))
	d.Heading(i18n.T(ctx, "按服务内容"))
	kindsOn(ctx, d, c.Lines)
	d.Heading(i18n.T(ctx, "每一次服务"))
	var rows [][]string
	for _, l := range c.Lines {
		rows = append(rows, []string{l.Day.String(), kindName(ctx, l.Name), counted(ctx, l), lasting(ctx, l.Minutes)})
	}
	d.Table([]paper.Column{{Text: i18n.T(ctx, "日期"), Share: 22}, {Text: i18n.T(ctx, "服务内容"), Share: 38}, {Text: i18n.T(ctx, "怎么记的"), Share: 20}, {Text: i18n.T(ctx, "时长"), Share: 20, Num: true}}, rows)
	d.Heading(i18n.T(ctx, "出具"))
	d.Text(i18n.T(ctx, "出具的社区：%s", c.Issuer))
	d.Text(i18n.T(ctx, "出具日期：%s", ui.FullDay(ctx, period.DayOf(c.At, x.Now.Location()))))
	d.Text(i18n.T(ctx, "本证明依据服务记录如实、无偿出具，只数已经验收的服务；不得用于营利。以后记录有变动，以核对页为准。"))
	d.Heading(i18n.T(ctx, "怎么核对"))
	d.QR(p.URL, proofLines(ctx, c, p)...)
	return d.Bytes()
}

// certified is what a certificate says, in one sentence.
func certified(ctx context.Context, c *certificate.Certificate) string {
	if c.Name == "" {
		return i18n.T(ctx, "持有人 %s参加邻里志愿服务 %d 次，共 %s。", days(ctx, c), len(c.Lines), lasting(ctx, c.Minutes()))
	}
	return i18n.T(ctx, "%s %s参加邻里志愿服务 %d 次，共 %s。", c.Name, days(ctx, c), len(c.Lines), lasting(ctx, c.Minutes()))
}

// days are those of a certificate, with their years: it is read long afterwards.
func days(ctx context.Context, c *certificate.Certificate) string {
	return i18n.T(ctx, "%s 到 %s", ui.FullDay(ctx, c.First), ui.FullDay(ctx, c.Last))
}

// split says how much of the time earned service hours, and how much stands on record
// alone: who asks for the paper may count only the latter.
func split(ctx context.Context, c *certificate.Certificate) string {
	switch c.Credited() {
	case 0:
		return i18n.T(ctx, "全部只记时长，不要回报。")
	case c.Minutes():
		return i18n.T(ctx, "全部记了服务时。")
	}
	return i18n.T(ctx, "其中记了服务时的 %s，只记时长、不要回报的 %s。", lasting(ctx, c.Credited()), lasting(ctx, c.Minutes()-c.Credited()))
}

func counted(ctx context.Context, l certificate.Line) string {
	if l.Credited {
		return i18n.T(ctx, "记服务时")
	}
	return i18n.T(ctx, "只记时长")
}

// proofLines are the words at the side of the code.
func proofLines(ctx context.Context, c *flow.CertificateCheck, p proof) []string {
	lines := []string{
		i18n.T(ctx, "扫码打开核对页，看它现在还算不算数："), p.URL,
		i18n.T(ctx, "原文指纹 SHA-256："), fmt.Sprintf("%x", c.Digest()),
		i18n.T(ctx, "在公开账本的第 %d 条。", c.Seq),
	}
	if p.Size > 0 {
		lines = append(lines, i18n.T(ctx, "打印时账本有 %d 条，根：", p.Size), p.Root)
	}
	return append(lines, i18n.T(ctx, "不联网也能核对：在核对页下载证明文件，用 gongyi hours verify。"))
}
