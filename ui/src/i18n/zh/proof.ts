/** 给用户的凭证。 */
export default {
  title: '给用户的凭证',
  kind: '哪一种',
  language: '语言',
  kinds: { receipt: '服务凭证', repair_list: '维修清单', safety_notice: '隐患告知书', bench_tag: '送修挂牌' },
  forms: { picture: '长图', a4: 'PDF（A4）', roll80: '80 毫米小票', roll80_dots: '小票图' },
  preview: '{kind}的样子',
  making: '正在排版',
  missing: '字库里没有这些字，用〓代替：{letters}',
  files: '文件',
  make: '生成',
  at: '{file} · {size}',
  share: '发给用户',
};
