package galleryweb

import (
	"context"

	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
)

func sampleCharts(ctx context.Context) []ui.Chart {
	months := []string{"4", "5", "6", "7", "8", "9"}
	month, yuan := i18n.T(ctx, "月份"), i18n.T(ctx, "元")
	fund, platform, shops := i18n.T(ctx, "共益基金"), i18n.T(ctx, "平台"), i18n.T(ctx, "推荐店")
	goal := int64(600_000)
	return []ui.Chart{
		{ID: "line", Title: i18n.T(ctx, "基金每月进账"), Kind: ui.LineChart, Over: month, Unit: yuan, Scale: 2, Labels: months, Goal: &goal,
			Series: []ui.Series{{Name: fund, Values: []int64{412_030, 455_110, 501_275, 566_900, 598_420, 643_187}}}},
		{ID: "bar", Title: i18n.T(ctx, "今天每个钟头收了多少"), Kind: ui.BarChart, Over: i18n.T(ctx, "钟点"), Unit: yuan, Scale: 2, Labels: []string{"7", "8", "9", "10", "11", "12"},
			Series: []ui.Series{{Name: i18n.T(ctx, "收款"), Values: []int64{91_240, 65_500, 31_050, 26_020, 46_530, 41_000}}}},
		{ID: "stack", Title: i18n.T(ctx, "服务费去了哪里"), Kind: ui.StackChart, Over: month, Unit: yuan, Scale: 2, Labels: months,
			Series: []ui.Series{{Name: fund, Values: []int64{64, 70, 72, 80, 82, 91}}, {Name: platform, Values: []int64{160, 171, 180, 190, 201, 222}}, {Name: shops, Values: []int64{90, 95, 99, 104, 110, 121}}}},
		{ID: "pie", Title: i18n.T(ctx, "基金用在哪里"), Kind: ui.PieChart, Over: i18n.T(ctx, "用处"), Unit: yuan, Scale: 2,
			Labels: []string{i18n.T(ctx, "修缮"), i18n.T(ctx, "助老"), i18n.T(ctx, "活动")}, Series: []ui.Series{{Name: i18n.T(ctx, "支出"), Values: []int64{86_000, 52_000, 23_000}}}},
		{ID: "sankey", Title: i18n.T(ctx, "一个月的钱怎么走"), Kind: ui.FlowChart, Unit: yuan, Scale: 2, Flows: []ui.Flow{
			{From: i18n.T(ctx, "服务费"), To: fund, Value: 64_318}, {From: i18n.T(ctx, "服务费"), To: platform, Value: 160_200}, {From: i18n.T(ctx, "服务费"), To: shops, Value: 91_400},
			{From: fund, To: i18n.T(ctx, "修缮"), Value: 40_000}, {From: fund, To: i18n.T(ctx, "助老"), Value: 20_000}}},
		{ID: "heat", Title: i18n.T(ctx, "什么时候忙"), Kind: ui.HeatChart, Over: i18n.T(ctx, "钟点"), Unit: i18n.T(ctx, "笔"), Labels: []string{"8", "10", "12", "14", "16", "18"},
			Series: []ui.Series{{Name: i18n.T(ctx, "周一"), Values: []int64{12, 30, 41, 9, 17, 52}}, {Name: i18n.T(ctx, "周五"), Values: []int64{15, 33, 47, 14, 25, 70}}, {Name: i18n.T(ctx, "周六"), Values: []int64{31, 62, 58, 40, 44, 81}}}},
	}
}
