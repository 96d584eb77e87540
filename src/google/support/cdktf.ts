/**
 * The one door to the engine that prints Terraform JSON. Everything else in `src/google` takes these names from here, so
 * that the engine can be replaced in a user's package.json (`"cdktf": "npm:cdktn@…"`) without a change of ours.
 */
export {
  Annotations,
  App,
  type AppConfig,
  Aspects,
  AssetType,
  dependable,
  type IAspect,
  Lazy,
  TerraformAsset,
  TerraformDataSource,
  TerraformOutput,
  TerraformResource,
  TerraformStack,
  TerraformVariable,
  Token,
} from 'cdktf';
