package demo

import (
	"context"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/attachment"
	"gongyi/internal/module/marketing"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/paper"
)

// spend records what the shops' common money was used for; the latest waits.
func (d *Demo) spend(ctx context.Context, finance, desk db.Actor, at id.ID) error {
	today := period.DayOf(d.clock.Now(), d.zone)
	for i, x := range []marketing.Spending{
		{Title: "邻里节海报和横幅", Words: "六个小区的电梯海报 120 张、横幅 8 条，印了各店的店名", Supplier: "青禾图文", Invoice: "25372000000012345678", Amount: 1_860_00, Day: today - 60},
		{Title: "夏夜市集的舞台和灯", Words: "三个晚上的舞台、灯光和音响，各店都有一张桌子", Supplier: "合声演出服务", Invoice: "25372000000012399001", Amount: 3_200_00, Day: today - 35},
		{Title: "新店地图折页", Words: "印 3000 张，放在各店柜台和快递点", Supplier: "青禾图文", Invoice: "25372000000012410077", Amount: 980_00, Day: today - 2},
	} {
		file, err := invoice(ctx, x)
		if err != nil {
			return err
		}
		recorded, err := d.Flows.RecordSpending(ctx, at, finance, x, file)
		if err == nil && i < 2 {
			err = d.Flows.ApproveSpending(ctx, at, desk, recorded.ID)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// invoice is a paper that stands for an invoice.
func invoice(ctx context.Context, x marketing.Spending) (*attachment.File, error) {
	p := paper.New(i18n.T(ctx, "发票"), x.Supplier)
	p.Heading(i18n.T(ctx, "发票"))
	p.Text(x.Invoice)
	p.Table([]paper.Column{{Text: x.Supplier, Share: 3}, {Text: "CNY", Share: 1, Num: true}}, [][]string{{x.Title, x.Amount.Grouped(money.CNY)}})
	return printed("发票.pdf", p)
}

// printed makes a file of a paper.
func printed(name string, p *paper.Document) (*attachment.File, error) {
	content, err := p.Bytes()
	if err != nil {
		return nil, err
	}
	return attachment.Document(name, content)
}
